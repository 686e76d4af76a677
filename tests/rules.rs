//! One named test per example and counterexample of every rule.

use std::sync::Arc;

use aelix_lint::model::{Rule, RuleStatus};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::run::examples;
use aelix_lint::scan::{ScanOptions, Scanner};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let options = RuleOptions { extend_select: preview_ids(), ..RuleOptions::default() };
    let rules = Arc::new(RuleSet::load(&options).expect("the built-in rules load"));
    let scanner = Arc::new(Scanner::new(rules.clone(), ScanOptions::default()));
    let mut trials = Vec::new();
    for rule in rules.rules.iter() {
        for (number, example) in rule.text.examples.iter().enumerate() {
            let (set, scanner, rule, example) = (rules.clone(), scanner.clone(), rule.clone(), example.clone());
            trials.push(Trial::test(format!("{}::example_{}", rule.id, number + 1), move || {
                outcome(&rule, examples::check_example((&set, &scanner), &rule, example.path.as_deref(), &example.text))
            }));
        }
        for (number, counter) in rule.text.counterexamples.iter().enumerate() {
            let (set, scanner, rule, counter) = (rules.clone(), scanner.clone(), rule.clone(), counter.clone());
            trials.push(Trial::test(format!("{}::counterexample_{}", rule.id, number + 1), move || {
                let failure = examples::check_counterexample((&set, &scanner), &rule, counter.path.as_deref(), &counter.text);
                outcome(&rule, failure.map(|failure| format!("{failure} ({})", counter.because)))
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn preview_ids() -> Vec<String> {
    let rules = aelix_lint::ruleset::built_in().expect("the built-in rules load");
    rules.iter().filter(|rule| rule.status == RuleStatus::Preview).map(|rule| rule.id.to_string()).collect()
}

fn outcome(rule: &Rule, failure: Option<String>) -> Result<(), Failed> {
    failure.map_or(Ok(()), |failure| Err(format!("{}:{}: {}: {failure}", rule.source.file, rule.source.line, rule.id).into()))
}

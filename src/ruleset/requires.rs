//! What rules require of their neighbourhood, resolved: which rule or pattern, how near, in which order they are settled.

use super::compile::{self, Compiled, Engine};
use super::{RuleError, named, nearest};
use crate::model::Rule;
use crate::model::rule::{Matcher, Reach, Required};

/// A requirement of a rule, ready to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Index of what must match among the compiled ones.
    pub of: usize,
    /// How near.
    pub reach: Reach,
    /// A match counts without it too.
    pub optional: bool,
    /// What its place has to do with the finding.
    pub message: String,
}

impl Need {
    /// Whether the places of its matches are where a rule without a literal of its own is looked for. `rules` is the number of rules.
    pub fn leads(&self, compiled: &[Compiled], rules: usize) -> bool {
        !self.optional && (self.of < rules || !compiled[self.of].anchors.is_empty())
    }
}

/// The requirements of all rules.
#[derive(Debug, Default)]
pub struct Requires {
    /// Those of the rule of the same index.
    pub needs: Vec<Vec<Need>>,
    /// The rules that have some, each behind those that it requires.
    pub order: Vec<usize>,
}

impl Requires {
    /// Resolves what `rules` require, and appends the patterns that they require to `compiled`.
    pub fn new(rules: &[Rule], compiled: &mut Vec<Compiled>) -> Result<Self, RuleError> {
        if rules.iter().all(|rule| rule.requires.is_empty()) {
            return Ok(Self::default());
        }
        let needs = rules.iter().map(|rule| needs(rule, rules, compiled)).collect::<Result<Vec<_>, _>>()?;
        for (index, rule) in rules.iter().enumerate().filter(|(index, _)| compiled[*index].is_led()) {
            if !needs[index].iter().any(|need| need.leads(compiled, rules.len())) {
                return Err(RuleError::at(rule, &no_literal("the pattern of the rule, or of what it requires,")));
            }
        }
        let mut sorter = Sorter { rules, needs: &needs, state: vec![State::New; rules.len()], order: Vec::new() };
        for index in 0..rules.len() {
            sorter.visit(index)?;
        }
        let order = sorter.order.into_iter().filter(|&index| !needs[index].is_empty()).collect();
        Ok(Self { needs, order })
    }
}

fn no_literal(what: &str) -> String {
    format!("no literal of at least {} bytes is in every match; lengthen the fixed part of {what} or give `keywords`", super::anchors::MIN_LEN)
}

fn needs(rule: &Rule, rules: &[Rule], compiled: &mut Vec<Compiled>) -> Result<Vec<Need>, RuleError> {
    let fail = |what: String| RuleError::at_key(rule, "requires", &format!("in `[[rule.requires]]`: {what}"));
    let mut needs = Vec::new();
    for requirement in &rule.requires {
        let (of, said) = match &requirement.what {
            Required::Rule(id) => {
                let of = position(id.as_str(), rules).map_err(&fail)?;
                (of, format!("near it: {}", rules[of].title))
            }
            Required::Pattern(regex) => {
                let part = compile::part(regex).map_err(&fail)?;
                if !rule.source.built_in {
                    part.build().map_err(|(_, what)| fail(what))?;
                }
                compiled.push(part);
                (compiled.len() - 1, "what the rule requires is here".to_owned())
            }
        };
        needs.push(Need { of, reach: requirement.reach, optional: requirement.optional, message: requirement.message.clone().unwrap_or(said) });
    }
    Ok(needs)
}

/// Index of a rule that can be required.
fn position(id: &str, rules: &[Rule]) -> Result<usize, String> {
    let Some(index) = rules.iter().position(|rule| named(rule, id)) else {
        let near = nearest(id, rules.iter().map(|rule| rule.id.as_str()));
        let hint = near.map_or_else(|| "see `aelix-lint rules list`".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(format!("no rule is named `{id}`; {hint}"));
    };
    match &rules[index].matcher {
        Matcher::Pattern { .. } | Matcher::Key { .. } => Ok(index),
        Matcher::Sink { .. } | Matcher::Query { .. } | Matcher::Check { .. } | Matcher::Resource { .. } => {
            Err(format!("`{id}` is no rule over text; name one with `pattern` or `[rule.key]`"))
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Puts each rule behind those that it requires.
struct Sorter<'a> {
    rules: &'a [Rule],
    needs: &'a [Vec<Need>],
    state: Vec<State>,
    order: Vec<usize>,
}

impl Sorter<'_> {
    /// Depth first with a path of its own: a chain may be as long as a rule file.
    fn visit(&mut self, first: usize) -> Result<(), RuleError> {
        let mut path = vec![(first, 0)];
        while let Some((index, next)) = path.last_mut() {
            let index = *index;
            if self.state[index] == State::Done {
                path.pop();
                continue;
            }
            self.state[index] = State::Open;
            let required = self.needs[index].get(*next).map(|need| need.of);
            *next += 1;
            match required {
                Some(of) if of >= self.rules.len() => {}
                Some(of) if self.state[of] == State::Open => return Err(self.cycle(of, path.iter().map(|(index, _)| *index))),
                Some(of) => path.push((of, 0)),
                None => {
                    self.state[index] = State::Done;
                    self.order.push(index);
                    path.pop();
                }
            }
        }
        Ok(())
    }

    fn cycle(&self, of: usize, path: impl Iterator<Item = usize>) -> RuleError {
        let between: Vec<String> = path.skip_while(|&index| index != of).skip(1).map(|index| format!("`{}`", self.rules[index].id)).collect();
        let through = if between.is_empty() { String::new() } else { format!(" through {}", between.join(", ")) };
        RuleError::at_key(&self.rules[of], "requires", &format!("it requires itself{through}; take one `[[rule.requires]]` of these out"))
    }
}

impl Compiled {
    /// A pattern without a literal of its own: it is looked for around what it requires.
    pub fn is_led(&self) -> bool {
        self.anchors.is_empty() && matches!(self.engine, Engine::Pattern(_))
    }
}

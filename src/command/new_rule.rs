//! `rules new`: a rule file to start from.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::cli::{NewArgs, RuleArgs};
use crate::config::UsageError;
use crate::model::Rule;
use crate::plan::{self, Environment};
use crate::ruleset::{self, RuleOptions, RuleSet};
use crate::run::{ExitStatus, examples};
use crate::scan::{ScanOptions, Scanner};
use crate::source::reason;

use super::output::{self, Failure};

/// The file that is written, with `{…}` for what depends on the id.
const TEMPLATE: &str = include_str!("rule.toml");
/// The prefix of the values where that of the name makes a bad sample, as `example-` does.
const PLAIN_PREFIX: &str = "acmelive_";
/// Letters and digits of the values.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Writes a rule file that passes its own examples; an id or a file that exists is left alone.
pub fn new_rule(args: &NewArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let name = name_of(&args.id)?;
    let selection = RuleArgs { rules: args.rules.clone(), ..RuleArgs::default() };
    let rules = RuleSet::load(&plan::rule_options(&selection, &args.config, environment)?)?;
    if let Some((_, rule)) = rules.find(&args.id) {
        return Err(taken(&args.id, rule).into());
    }
    let text = scaffold(&args.id, name)?;
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    if path.as_os_str() == "-" {
        output::stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(ExitStatus::Clean);
    }
    write(&path, &text, environment)?;
    let shown = path.display();
    output::stdout(|out| writeln!(out, "wrote {shown}; make it yours, then run `aelix-lint rules test {shown}`"))?;
    Ok(ExitStatus::Clean)
}

/// The part of the id behind the family.
fn name_of(id: &str) -> Result<&str, UsageError> {
    let bad = |why: String| {
        let has_advice = why.contains("such as") || why.contains("did you mean");
        let error = UsageError::new(format!("cannot use the id `{id}`: {why}"));
        if has_advice { error } else { error.with_help("an id looks like custom/acmepay-api-key") }
    };
    ruleset::check_id(id).map_err(bad)?;
    match id.split_once('/') {
        Some(("suppression", _)) => Err(bad("the family `suppression` is the program's own".to_owned())),
        Some((_, name)) if name.bytes().any(|b| b.is_ascii_alphanumeric()) => Ok(name),
        _ => Err(bad("the part after the slash has no letter".to_owned())),
    }
}

fn taken(id: &str, rule: &Rule) -> UsageError {
    let place = format!("{}:{}", rule.source.file, rule.source.line);
    let message = format!("cannot use the id `{id}`: it is taken by the rule `{}` at {place}", rule.id);
    UsageError::new(message).with_help("give the new rule another id; to change the rule that is there, use [[override]] in the configuration")
}

/// The text of the file: the first of some samples that the rule itself reports.
fn scaffold(id: &str, name: &str) -> Result<String, Failure> {
    let own = format!("{}_", name.replace('-', "_"));
    let prefixes = [if own.len() < 4 { format!("{own}key_") } else { own }, PLAIN_PREFIX.to_owned()];
    for prefix in &prefixes {
        for salt in 0..4 {
            let text = fill((id, name), prefix, salt);
            if holds(&text)? {
                return Ok(text);
            }
        }
    }
    Err(UsageError::new(format!("cannot make a sample for the rule `{id}`")).with_help("please report it").into())
}

fn fill((id, name): (&str, &str), prefix: &str, salt: u8) -> String {
    let title = name.replace('-', " ");
    let title = title[..1].to_ascii_uppercase() + &title[1..];
    let hidden = format!("\\u{:04x}{}", u32::from(prefix.as_bytes()[0]), &prefix[1..]);
    let value = |number: u8| -> String {
        let digest = Sha256::new().chain_update(id).chain_update([salt, number]).finalize();
        digest.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
    };
    let parts = [("{ID}", id), ("{NAME}", name), ("{TITLE}", &title), ("{HIDDEN}", &hidden), ("{PREFIX}", prefix), ("{ONE}", &value(1)), ("{TWO}", &value(2))];
    parts.iter().fold(TEMPLATE.to_owned(), |text, (mark, part)| text.replace(mark, part))
}

fn holds(text: &str) -> Result<bool, Failure> {
    let options = RuleOptions::default();
    let rules = Arc::new(RuleSet::of(ruleset::parse("rule.toml", text, false)?, &options)?);
    let scanner = Scanner::new(rules.clone(), ScanOptions::default());
    Ok(rules.rules.iter().all(|rule| examples::check((&rules, &scanner), rule).is_empty()))
}

fn write(path: &Path, text: &str, environment: &Environment) -> Result<(), UsageError> {
    let shown = path.display();
    let target = environment.folder.join(path);
    if target.is_dir() {
        return Err(UsageError::new(format!("cannot write {shown}: it is a folder")).with_help("name a file in it"));
    }
    if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
        let cannot = |error| UsageError::new(format!("cannot make the folder of {shown}: {}", reason(&error)));
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    let written = File::create_new(target).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => UsageError::new(format!("cannot write {shown}: it exists already")).with_help("name another file with --output"),
        _ => UsageError::new(format!("cannot write {shown}: {}", reason(&error))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_a_file_whose_examples_hold() {
        for name in ["acmepay-api-key", "x", "1", "example-key", "your-token", "test", "password", "secret", "0", "changeme", "a-b-c-"] {
            let text = scaffold(&format!("custom/{name}"), name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(!text.contains('{') || !text.contains("{ID}"), "{text}");
        }
    }
}

//! Shell that shows what it fetched: `set -x` around it, values handed to later steps of a pipeline without a mask.

use crate::model::{Blob, Confidence, FileKind};
use crate::text::Span;
use crate::text::name::NameKind;

use super::{Found, Practice, strong};

/// Words of commands that read a secret from where it is kept.
pub const FETCHES: [&str; 9] = [
    "get-secret-value",
    "--with-decryption",
    "keyvault secret show",
    "secrets versions access",
    "vault kv get",
    "vault read",
    "op read",
    "doppler secrets get",
    "infisical secrets get",
];
/// Files to which a step writes what later steps and their logs may show.
const HANDED_ON: [&str; 2] = ["GITHUB_ENV", "GITHUB_OUTPUT"];
/// What a text begins with that says which shell runs it, and how.
const SHEBANG: &[u8] = b"#!";
/// Longest line that is read, in bytes.
const MAX_LINE: usize = 4096;

/// What is known of the shell that a line runs in.
#[derive(Default)]
struct Shell<'a> {
    /// Where tracing was turned on, if it is.
    trace: Option<Span>,
    /// Variables that hold what was fetched.
    fetched: Vec<&'a str>,
    is_masked: bool,
}

/// Whether a shell may be told how to go on: `set -x`.
fn sets_an_option(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, "set").any(|at| {
        let behind = &bytes[at + "set".len()..];
        let blanks = behind.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        blanks > 0 && matches!(behind.get(blanks), Some(b'-' | b'+'))
    })
}

/// Secrets that the shell itself prints.
pub fn written(blob: &Blob) -> Vec<Found> {
    let mut all = Vec::new();
    if matches!(blob.kind, FileKind::Document | FileKind::Source | FileKind::Generated | FileKind::EnvFile) {
        return all;
    }
    let has = |word: &str| memchr::memmem::find(blob.bytes, word.as_bytes()).is_some();
    if !blob.bytes.starts_with(SHEBANG) && !sets_an_option(blob.bytes) && !FETCHES.iter().any(|word| has(word)) {
        return all;
    }
    let (mut shell, mut start, mut number) = (Shell::default(), 0, 0);
    for line in blob.bytes.split_inclusive(|b| *b == b'\n') {
        number += 1;
        let from = start;
        start += line.len();
        let Some(text) = std::str::from_utf8(line).ok().filter(|text| text.len() <= MAX_LINE) else { continue };
        if begins_shell(text) {
            shell = Shell::default();
        }
        let (command, skipped) = command(text);
        if command.starts_with('#') && number > 1 {
            continue;
        }
        shell.trace = trace(command, number == 1).map_or(shell.trace, |is_on| is_on.then(|| Span::new(from + skipped, from + skipped + command.len())));
        all.extend(shell.shown(command, (from + skipped, number)));
    }
    all
}

impl<'a> Shell<'a> {
    /// What a command shows of what it or one before it fetched.
    fn shown(&mut self, command: &'a str, (at, line): (usize, u32)) -> Option<Found> {
        let is_fetched = FETCHES.iter().any(|word| command.contains(word));
        self.is_masked |= command.contains("::add-mask::");
        let whole = Span::new(at, at + command.len());
        let found = if let Some(trace) = self.trace.filter(|_| is_fetched && command.contains('=') || is_sent(command)) {
            self.trace = None;
            let mut found = Found::plain(Practice::SecretLogged, trace, format!("the shell prints each command, and with line {line} a secret"));
            found.related.push((whole, "the secret is here".to_owned()));
            found.confidence = Confidence::Medium;
            Some(found)
        } else {
            HANDED_ON.iter().find_map(|file| self.handed_on(command, file, at))
        };
        let name = command.split_once('=').map(|(name, _)| name.rsplit(' ').next().unwrap_or(name)).filter(|_| is_fetched);
        self.fetched.extend(name);
        found
    }

    /// `echo "NAME=$SECRET" >> "$GITHUB_ENV"`.
    fn handed_on(&self, command: &str, file: &str, at: usize) -> Option<Found> {
        let end = command.find(">>").filter(|end| !self.is_masked && command[*end..].contains(file))?;
        let (start, shown) = variables(&command[..end]).find(|(_, name)| self.fetched.contains(name))?;
        let span = Span::new(at + start, at + start + shown.len());
        let mut found =
            Found::plain(Practice::SecretLogged, span, format!("`{shown}` is handed to later steps without `::add-mask::`: their logs may show it"));
        found.confidence = Confidence::Medium;
        Some(found)
    }
}

/// Whether a shell of its own runs what follows: a step of a pipeline, a script at the top of a document.
fn begins_shell(line: &str) -> bool {
    let item = line.trim_start().strip_prefix("- ").map(str::trim_start);
    let is_step = item.is_some_and(|item| ["name:", "uses:", "run:", "bash:", "task:"].iter().any(|key| item.starts_with(key)));
    let is_key = line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') && line.trim_end().ends_with(':');
    is_step || is_key || line.trim_start().starts_with("run:")
}

/// The command of a line, behind what a pipeline or an image writes before it, and where it begins.
fn command(line: &str) -> (&str, usize) {
    let mut rest = line.trim_start();
    for before in ["- ", "run: ", "bash: ", "script: ", "RUN ", "\"", "'"] {
        rest = rest.strip_prefix(before).unwrap_or(rest).trim_start();
    }
    let skipped = line.len() - rest.len();
    (rest.trim_end(), skipped)
}

/// Whether a command turns tracing on or off.
fn trace(command: &str, is_first: bool) -> Option<bool> {
    let command = command.split(['#', ';', '&']).next().filter(|_| !is_first).unwrap_or(command);
    let mut words = command.split_whitespace();
    let program = words.next()?;
    let is_interpreter = is_first && program.starts_with("#!") && program.ends_with("sh");
    if program != "set" && !is_interpreter {
        return None;
    }
    let (mut state, mut option) = (None, None);
    for word in words {
        match (option.take(), word) {
            (Some(is_on), "xtrace") => state = Some(is_on),
            (Some(_), _) => {}
            (None, "--") => break,
            (None, "-o") => option = Some(true),
            (None, "+o") => option = Some(false),
            (None, word) => {
                let letters = &word[word.len().min(1)..];
                let has_x = letters.contains('x') && letters.bytes().all(|b| b.is_ascii_alphabetic());
                state = match word.as_bytes().first() {
                    Some(b'-') if has_x => Some(true),
                    Some(b'+') if has_x => Some(false),
                    _ => state,
                };
                option = (word.starts_with('-') && letters.ends_with('o')).then_some(true);
            }
        }
    }
    state
}

/// Whether a command sends a variable that is named as a secret.
fn is_sent(command: &str) -> bool {
    let is_secret = |name: &str| {
        matches!(strong(name), Some(NameKind::ClientSecret | NameKind::WebhookSecret | NameKind::Password | NameKind::PrivateKey)) && name.contains('_')
    };
    command.contains("curl ") && variables(command).any(|(_, name)| is_secret(name))
}

/// The variables of a command: `$NAME`, `${NAME…}`, each with where its name begins.
fn variables(command: &str) -> impl Iterator<Item = (usize, &str)> {
    command.match_indices('$').filter_map(|(at, _)| {
        let start = at + 1 + usize::from(command[at + 1..].starts_with('{'));
        let length = command[start..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(command.len() - start);
        (length > 0).then(|| (start, &command[start..start + length]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    fn lines(path: &str, text: &str) -> Vec<String> {
        let found = written(&Blob::new(&Target::in_memory(path), text.as_bytes()));
        found.iter().map(|found| text[found.span.range()].to_owned()).collect()
    }

    #[test]
    fn tracing_around_what_is_fetched_is_found() {
        let fetch = "SECRET=$(aws secretsmanager get-secret-value --secret-id a --query SecretString --output text)\n";
        for (before, expected) in [
            ("set -x\n", vec!["set -x"]),
            ("set -euxo pipefail\n", vec!["set -euxo pipefail"]),
            ("set -euo xtrace\n", vec!["set -euo xtrace"]),
            ("set -o xtrace # why\n", vec!["set -o xtrace # why"]),
            ("#!/bin/bash -ex\n", vec!["#!/bin/bash -ex"]),
            ("set -x\nmake\nset +x\n", vec![]),
            ("set -eu\n", vec![]),
            ("# set -x\n", vec![]),
            ("set -- -x\nfetch -x\n", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            let first = if before.starts_with("#!") { "" } else { "#!/bin/sh\n" };
            assert_eq!(lines("a.sh", &format!("{first}{before}{fetch}")), expected, "{before}");
        }
        assert_eq!(lines("a.sh", "#!/bin/sh\nset -x\ncurl -u \"$ID:$AELIX_CLIENT_SECRET\" https://a\n"), ["set -x"]);
        assert!(lines("a.sh", "#!/bin/sh\nset -x\ncurl https://a/$NAME\n").is_empty());
    }

    #[test]
    fn steps_of_a_pipeline_have_a_shell_of_their_own() {
        let text = "jobs:\n  a:\n    steps:\n      - run: set -x\n      - run: |\n          X=$(vault kv get -field=a b)\n          echo \"X=$X\" >> \"$GITHUB_ENV\"\n      - run: |\n          Y=$(vault kv get -field=a b)\n          echo \"::add-mask::$Y\"\n          echo \"Y=$Y\" >> $GITHUB_ENV\n";
        assert_eq!(lines(".github/workflows/a.yml", text), ["X"]);
        let text = "a:\n  script:\n    - set -x\n    - export T=$(vault kv get -field=a b)\nb:\n  script:\n    - export T=$(vault kv get -field=a b)\n";
        assert_eq!(lines(".gitlab-ci.yml", text), ["set -x"]);
    }
}

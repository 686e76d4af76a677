//! Secrets that are printed or logged.

use std::cell::OnceCell;

use crate::lang::Language;
use crate::model::Confidence;
use crate::model::facts::{Call, Value};
use crate::text::name::NameKind;
use crate::text::{Span, name};

use super::{Found, Page, Practice, judged, last_name, strong};

/// Functions that write to a log or to the terminal, without what stands before them.
const FUNCTIONS: [&str; 26] = [
    "print",
    "println",
    "printf",
    "eprint",
    "eprintln",
    "dbg",
    "puts",
    "pp",
    "info",
    "warn",
    "error",
    "debug",
    "trace",
    "log",
    "error_log",
    "print_r",
    "var_dump",
    "syslog",
    "dd",
    "dump",
    "NSLog",
    "echo",
    "logger",
    "info_span",
    "event",
    "warning",
];
/// What such methods are called on, in lower case.
const OWNERS: [&str; 19] = [
    "zap", "console", "log", "logger", "logging", "slog", "timber", "out", "err", "fmt", "debug", "trace", "tracing", "logs", "stderr", "stdout", "winston",
    "pino", "bunyan",
];
/// How the names of such methods begin, in lower case.
const METHODS: [&str; 16] =
    ["print", "log", "info", "warn", "error", "debug", "trace", "fatal", "critical", "exception", "notice", "verbose", "write", "panic", "puts", "withfield"];
/// Owners of names that are words about secrets, not secrets.
const LABELS: [&str; 18] = [
    "labels",
    "label",
    "messages",
    "message",
    "strings",
    "string",
    "i18n",
    "translations",
    "errors",
    "errorcode",
    "fields",
    "field",
    "fieldnames",
    "keys",
    "key",
    "constants",
    "headers",
    "types",
];
/// Words of names whose values have been made harmless.
const HARMLESS: [&str; 15] = [
    "masked",
    "redacted",
    "hidden",
    "encrypted",
    "hashed",
    "obfuscated",
    "truncated",
    "safe",
    "sanitized",
    "sanitised",
    "scrubbed",
    "fingerprint",
    "short",
    "partial",
    "digest",
];

/// Secrets that reach a log by their names.
pub fn found(page: &Page) -> Vec<Found> {
    let mut all = Vec::new();
    for call in page.facts.calls.iter().filter(|call| is_log(call, page) && !page.is_test(call.span)) {
        if page.language.name == "bash" && goes_elsewhere(page.bytes, call.span) {
            continue;
        }
        for shown in shown(call, page) {
            let path = page.text(shown);
            let said = last_name(getter(path));
            let mut found = Found::plain(Practice::SecretLogged, shown, format!("`{said}` is written to a log or to the terminal, line {}", call.line));
            found.confidence = Confidence::Medium;
            all.push(found);
        }
    }
    all.sort_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
    all
}

/// Whether a call writes to a log or to the terminal.
fn is_log(call: &Call, page: &Page) -> bool {
    let language = page.language.name;
    let words: Vec<&str> = call.callee.trim_end_matches('!').split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let (Some(last), owner) = (words.last(), words.len().checked_sub(2).map(|at| words[at])) else { return false };
    if call.callee.ends_with('!') {
        return FUNCTIONS.contains(last);
    }
    let lower = last.to_ascii_lowercase();
    // Of `zap.L().Info` the first name tells.
    let receiver = call.receiver.map(|receiver| page.text(receiver));
    let receiver =
        receiver.map(|text| if text.ends_with(')') { text.split(['.', '(']).next().unwrap_or(text) } else { last_name(text) }).filter(|name| !name.is_empty());
    let Some(owner) = owner.filter(|_| !call.callee.starts_with('.')).or(receiver) else {
        let is_plain = match language {
            "bash" => matches!(*last, "echo" | "printf" | "logger"),
            "php" => !matches!(*last, "echo" | "print" | "info" | "error" | "log"),
            "python" => matches!(*last, "print" | "pprint"),
            "ruby" => matches!(*last, "puts" | "p" | "pp" | "print" | "warn"),
            "kotlin" => matches!(*last, "print" | "println"),
            "go" => matches!(*last, "print" | "println"),
            _ => false,
        };
        return is_plain && !call.callee.starts_with('.') && (FUNCTIONS.contains(last) || matches!(*last, "p" | "pprint"));
    };
    let owner = owner.trim_start_matches('_').to_ascii_lowercase();
    let is_owner = OWNERS.contains(&owner.as_str()) || owner.ends_with("logger") || owner == "log";
    let is_stream = !matches!(owner.as_str(), "out" | "err") || call.callee.starts_with("System.");
    match owner.as_str() {
        "fmt" => lower.starts_with("print") || lower.starts_with("fprint") && call.arguments.first().is_some_and(|to| page.text(to.span).starts_with("os.Std")),
        _ => {
            is_owner
                && is_stream
                && (METHODS.iter().any(|begin| lower.starts_with(begin)) || language == "kotlin" && matches!(*last, "d" | "e" | "i" | "v" | "w"))
        }
    }
}

/// Whether what a shell command prints goes into another command, a file or a variable.
fn goes_elsewhere(bytes: &[u8], command: Span) -> bool {
    let line = super::logical_line(bytes, command.start);
    let behind = &bytes[command.end.min(line.end)..line.end];
    let before = &bytes[line.start..command.start.max(line.start)];
    let text = &bytes[command.range()];
    let is_caught = memchr::memmem::find(before, b"$(").is_some() || before.contains(&b'`');
    let to_terminal = String::from_utf8_lossy(behind).trim().trim_start_matches('1').replace(' ', "");
    if !is_caught && matches!(to_terminal.as_str(), ">&2" | ">/dev/stderr" | ">&1") {
        return false;
    }
    is_caught || behind.iter().any(|b| matches!(b, b'|' | b'>')) || memchr::memmem::find(text, b"::add-mask::").is_some() || text.contains(&b'>')
}

/// The names of secrets among what a call shows.
fn shown(call: &Call, page: &Page) -> Vec<Span> {
    let spans: Vec<Span> = if call.callee.ends_with('!') {
        arguments_of_macro(page.bytes, call.span)
    } else {
        call.arguments.iter().filter(|argument| !is_made_up(&argument.value)).map(|argument| argument.span).collect()
    };
    let named =
        call.named.iter().map(|(_, argument)| argument).filter(|argument| !matches!(argument.value, Value::Literal { .. })).map(|argument| argument.span);
    let formatted = formatted(call, page);
    let mut all = Vec::new();
    for span in spans.into_iter().chain(named).chain(formatted) {
        let text = page.text(span);
        if let Some(key) = key_of_entry(text) {
            all.extend(is_secret(key, page.language.name).then_some(span));
        } else if is_path(text) {
            all.extend((is_secret(text, page.language.name) || is_taken_from_secret(text, span, page)).then_some(span));
        } else {
            all.extend(parts(text, page.language.name).into_iter().map(|part| Span::new(span.start + part.start, span.start + part.end)));
        }
    }
    all.retain(|span| !span.is_empty());
    all
}

/// The key of an entry: `access_token` of `answer["access_token"]` and of `answer.get("access_token")`.
fn key_of_entry(text: &str) -> Option<&str> {
    let inner = text.strip_suffix(']').or_else(|| text.strip_suffix(')'))?;
    let quote = inner.chars().last().filter(|c| matches!(c, '"' | '\''))?;
    let (owner, key) = inner[..inner.len() - 1].rsplit_once(quote)?;
    let owner = owner.strip_suffix('[').or_else(|| owner.strip_suffix(".get("))?;
    is_path(owner).then_some(key)
}

/// Callees that put their arguments into a text, or into a field of a log.
const FORMATS: [&str; 12] = ["format", "Sprintf", "sprintf", "formatted", "Sprint", "Sprintln", "String", "Any", "ByteString", "kv", "keyValue", "value"];

/// What calls among the arguments of a log put into its text: `"…".format(secret)`, `zap.String("secret", secret)`.
fn formatted(call: &Call, page: &Page) -> Vec<Span> {
    let from = page.facts.calls.partition_point(|other| other.span.start < call.span.start);
    let inner = page.facts.calls[from..].iter().take_while(|other| other.span.start < call.span.end).take(MAX_INNER);
    let is_argument = |other: &&Call| call.arguments.iter().any(|argument| argument.span == other.span);
    let is_format = |other: &&Call| {
        let last = last_name(&other.callee);
        let is_field = !matches!(last, "String" | "Any" | "ByteString" | "value") || matches!(other.callee.split(['.', ':']).next(), Some("zap" | "slog"));
        FORMATS.contains(&last) && is_field
    };
    inner.filter(is_argument).filter(is_format).flat_map(|other| other.arguments.iter().map(|argument| argument.span)).collect()
}

/// Calls within one call that are looked at.
const MAX_INNER: usize = 64;

/// A literal that no secret can be.
fn is_made_up(value: &Value) -> bool {
    matches!(value, Value::Literal { text, .. } if judged(text).is_none_or(|(confidence, _)| confidence == Confidence::Low) && !text.contains(&b'{') && !text.contains(&b'$'))
}

/// The arguments of a macro: what stands between its commas.
fn arguments_of_macro(bytes: &[u8], call: Span) -> Vec<Span> {
    let text = &bytes[call.range()];
    let Some(open) = text.iter().position(|b| matches!(b, b'(' | b'[' | b'{')) else { return Vec::new() };
    let (mut depth, mut quoted, mut start, mut all) = (0_usize, false, open + 1, Vec::new());
    for (at, byte) in text.iter().enumerate().skip(open) {
        match byte {
            b'"' if at == 0 || text[at - 1] != b'\\' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !quoted && (*byte == b',' && depth == 1 || depth == 0) {
            all.push(trimmed(bytes, Span::new(call.start + start, call.start + at)));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    all
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + (text.len() - text.trim_ascii_start().len());
    Span::new(start, start + text.trim_ascii().len())
}

/// Names of secrets in the holes of a string, or among the parts of a concatenation, as spans in `text`.
fn parts(text: &str, language: &str) -> Vec<Span> {
    let starts: &[&str] = match language {
        "python" if is_prefixed(text, 'f') => &["{"],
        "csharp" if text.starts_with('$') || text.starts_with("@$") => &["{"],
        "rust" if text.starts_with('"') => &["{"],
        "javascript" | "typescript" | "tsx" if text.starts_with('`') => &["${"],
        "kotlin" | "bash" if text.starts_with('"') => &["${", "$"],
        "ruby" if text.starts_with('"') => &["#{"],
        "php" if text.starts_with('"') => &["{$", "$"],
        _ => return operands(text, language),
    };
    let mut all = Vec::new();
    for open in starts {
        for (at, _) in text.match_indices(open) {
            let from = at + open.len();
            let rest = &text[from..];
            let length = rest.find(|c: char| !(c.is_alphanumeric() || "_.?!:->".contains(c))).unwrap_or(rest.len());
            let path = without_format(&rest[..length]).trim_end_matches(['.', ':', '?', '-', '>', '!']);
            // `${NAME:+set}` says that it is set, not what it is.
            let is_replaced = language == "bash" && rest[path.trim_end_matches('+').len()..].trim_start_matches(':').starts_with('+');
            let is_closed = !is_replaced && (!open.ends_with('{') && *open != "{$" || rest[path.len()..].starts_with(['}', ':', '!', ' ']));
            if is_closed && !path.is_empty() && is_secret(path, language) {
                all.push(Span::new(from, from + path.len()));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// A path without what says how it is shown: `password!r`, `secret:?`.
fn without_format(path: &str) -> &str {
    let bytes = path.as_bytes();
    let is_format = |at: &usize| {
        let next = bytes.get(at + 1);
        let before = at.checked_sub(1).map(|before| bytes[before]);
        match bytes[*at] {
            b':' => next != Some(&b':') && before != Some(b':'),
            b'!' => !matches!(next, Some(b'.' | b'!')) && before != Some(b'!'),
            _ => false,
        }
    };
    &path[..(0..bytes.len()).find(is_format).unwrap_or(bytes.len())]
}

fn is_prefixed(text: &str, letter: char) -> bool {
    let prefix = text.split(['"', '\'']).next().unwrap_or_default();
    prefix.len() <= 2 && prefix.to_ascii_lowercase().contains(letter)
}

/// Names of secrets among the operands of `+` (in PHP of `.`), outside of strings and calls.
fn operands(text: &str, language: &str) -> Vec<Span> {
    let operators: &[u8] = match language {
        "php" => b".",
        "python" | "ruby" => b"+%",
        _ => b"+",
    };
    let (mut quote, mut depth, mut start, mut all) = (None, 0_usize, 0, Vec::new());
    let bytes = text.as_bytes();
    for at in 0..=bytes.len() {
        let byte = bytes.get(at).copied();
        match (byte, quote) {
            (Some(b), Some(open)) if b == open && (at == 0 || bytes[at - 1] != b'\\') => quote = None,
            (Some(_), Some(_)) => continue,
            (Some(b @ (b'"' | b'\'' | b'`')), None) => quote = Some(b),
            (Some(b'(' | b'[' | b'{'), None) => depth += 1,
            (Some(b')' | b']' | b'}'), None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if byte.is_none() || byte.is_some_and(|b| operators.contains(&b)) && depth == 0 && quote.is_none() {
            let span = trimmed(bytes, Span::new(start, at));
            let part = &text[span.range()];
            // A concatenation, not one name alone: that has been looked at.
            if span.len() < text.len() && is_path(part) && is_secret(part, language) {
                all.push(span);
            }
            start = at + 1;
        }
    }
    all
}

/// A name or a path of names: nothing is called, compared or cut.
fn is_path(text: &str) -> bool {
    let text = getter(text);
    let text = text.trim_start_matches(['&', '*', '%', '?', '$', '@']);
    let is_name = |c: char| c.is_alphanumeric() || "_.:->?!$@".contains(c);
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') && text.chars().all(is_name)
}

/// Whether a name, whatever it is, is bound to what is taken out under the name of a secret: `token = answer["access_token"]`.
fn is_taken_from_secret(name: &str, at: Span, page: &Page) -> bool {
    let name = name.trim_start_matches(['&', '*', '$', '%', '?']);
    if name.len() > MAX_TAKEN {
        return false;
    }
    let before = page.facts.bindings.iter().filter(|binding| binding.name.trim_start_matches('$') == name && binding.span.start < at.start);
    let Some(binding) = before.max_by_key(|binding| binding.span.start) else { return false };
    let text = page.text(binding.value.span).trim_end().trim_end_matches([';', '!', '?']);
    // An entry (`["access_token"]`, `.get("access_token")`) or a member (`.access_token`), not what a function makes of it.
    let inner = text.trim_end_matches([')', ']']);
    let is_entry = inner.len() < text.len() && inner.ends_with(['"', '\'']);
    let is_member = inner.len() == text.len()
        && is_path(text.rsplit([')', ']']).next().unwrap_or(text).trim_start_matches(['.', '?', '!', '-', '>']))
        && text.contains('.');
    (is_entry || is_member) && is_secret(last_name(inner.trim_end_matches(['"', '\''])), page.language.name)
}

/// A getter as the path it stands for: `user.getPassword` of `user.getPassword()`.
fn getter(text: &str) -> &str {
    text.strip_suffix("()").filter(|path| last_name(path).starts_with("get")).unwrap_or(text)
}

/// Whether the last name of a path means a secret itself, and not a word about one.
fn is_secret(path: &str, language: &str) -> bool {
    let path = getter(path);
    let last = last_name(path.trim_end_matches(['!', '?']));
    let owner = path.strip_suffix(last).map(|rest| last_name(rest.trim_end_matches(['.', ':', '>', '-', '?', '!']))).unwrap_or_default();
    if LABELS.contains(&owner.to_ascii_lowercase().as_str()) || last.len() < 5 {
        return false;
    }
    let normal = name::normalise(last.as_bytes());
    if normal.split('_').any(|word| HARMLESS.contains(&word)) {
        return false;
    }
    let Some(kind) = strong(last.strip_prefix("get").filter(|name| name.starts_with(char::is_uppercase)).unwrap_or(last)) else { return false };
    let is_constant = last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && language != "bash";
    match kind {
        // Constants in capitals are names of variables and fields as often as values.
        _ if is_constant => matches!(kind, NameKind::ClientSecret | NameKind::WebhookSecret | NameKind::Password),
        NameKind::Token => {
            normal.contains('_')
                && ["access", "refresh", "bearer", "auth", "api", "admin", "oauth", "oauth2"].iter().any(|word| normal.split('_').any(|own| own == *word))
        }
        NameKind::Secret => normal != "secret" && normal.contains('_'),
        _ => true,
    }
}

/// Whether the name that stands here is an argument of a call that logs. Judged before anything is parsed.
pub fn may_be_logged(bytes: &[u8], name: Span, language: &Language, takes: &OnceCell<bool>) -> bool {
    let text = bytes.get(name.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let from = name.start.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', &bytes[from..name.start]).map_or(from, |end| from + end + 1);
    let before = bytes[start..name.start].trim_ascii_start();
    let is_taken = || *takes.get_or_init(|| TAKEN.iter().any(|taken| memchr::memmem::find(bytes, taken.as_bytes()).is_some()));
    let is_called = || is_in_log(before);
    let is_written = || match language.name {
        "bash" => [b"echo ".as_slice(), b"printf ", b"logger "].iter().any(|command| before.starts_with(command)),
        "ruby" if [b"puts ".as_slice(), b"p ", b"warn "].iter().any(|command| before.starts_with(command)) => true,
        _ => is_called(),
    };
    let is_meant = || is_secret(text, language.name) || text.len() <= MAX_TAKEN && is_called() && is_taken();
    is_argument(before, bytes.get(name.end).copied()) && is_written() && is_meant()
}

/// Entries of answers that are secrets; what is taken out of them may have a short name.
const TAKEN: [&str; 6] = ["access_token\"", "access_token'", ".access_token", ".accessToken", "refresh_token\"", "client_secret\"]"];
/// Longest of such names, in bytes.
const MAX_TAKEN: usize = 12;

/// Bytes before a name in which the call stands that logs it.
const REACH: usize = 200;

/// Whether a name between these bytes is code, or in a hole of a string: no word of a sentence.
fn is_argument(before: &[u8], behind: Option<u8>) -> bool {
    let is_ended = behind.is_none_or(|b| matches!(b, b',' | b')' | b'}' | b'"' | b' ' | b'+' | b'\n' | b'\r' | b':' | b';' | b'!' | b'?' | b'`'));
    let is_entry = || {
        let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or_default();
        before.ends_with(b"[") || before.ends_with(b".get(")
    };
    if matches!(behind, Some(b'"' | b'\'')) && is_entry() {
        return true;
    }
    let is_begun = match before.trim_ascii_end().last() {
        Some(b) if before.last().is_some_and(u8::is_ascii_whitespace) => matches!(b, b',' | b'+' | b'(' | b'%' | b'=' | b'?' | b'.'),
        Some(b) => matches!(b, b',' | b'+' | b'(' | b'{' | b'$' | b'.' | b'&' | b'*' | b'@' | b'>' | b'%' | b'?'),
        None => false,
    };
    is_ended && is_begun
}

/// Whether a callee may write to a log, in some language.
fn is_name_of_log(callee: &str) -> bool {
    let mut words = callee.rsplit(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let Some(last) = words.next() else { return false };
    let lower = last.to_ascii_lowercase();
    let owner = words.next().map(|owner| owner.trim_start_matches('_').to_ascii_lowercase());
    let is_owner = |owner: &str| OWNERS.contains(&owner) || owner.ends_with("logger");
    callee.ends_with('!') && FUNCTIONS.contains(&last)
        || matches!(
            lower.as_str(),
            "print" | "println" | "printf" | "pprint" | "puts" | "pp" | "error_log" | "print_r" | "var_dump" | "syslog" | "nslog" | "dd" | "dump"
        )
        || owner.is_some_and(|owner| is_owner(&owner)) && (METHODS.iter().any(|begin| lower.starts_with(begin)) || lower.len() == 1)
}

/// Whether these bytes end within the parentheses of a call of a logger.
fn is_in_log(before: &[u8]) -> bool {
    let (mut depth, mut at) = (0_usize, before.len());
    while let Some(open) = memchr::memrchr2(b'(', b')', &before[..at]) {
        at = open;
        if before[open] == b')' {
            depth += 1;
        } else if depth > 0 {
            depth -= 1;
        } else {
            let callee = &before[..open];
            let start = callee
                .iter()
                .rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'!' | b':' | b'>' | b'-' | b'$')))
                .map_or(0, |end| end + 1);
            if std::str::from_utf8(&callee[start..]).is_ok_and(is_name_of_log) {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_words_about_them() {
        for (path, expected) in [
            ("client_secret", true),
            ("self.clientSecret", true),
            ("$config->clientSecret", true),
            ("password", true),
            ("user.password", true),
            ("access_token", true),
            ("token", false),
            ("secret", false),
            ("labels.password", false),
            ("masked_password", false),
            ("client_secret_name", false),
            ("next_token", false),
            ("API_KEY", false),
            ("CLIENT_SECRET", true),
        ] {
            assert_eq!(is_secret(path, "python"), expected, "{path}");
        }
    }

    #[test]
    fn holes_and_operands_are_looked_at() {
        for (text, language, expected) in [
            ("f\"secret: {client_secret}\"", "python", vec!["client_secret"]),
            ("f\"secret: {mask(client_secret)}\"", "python", vec![]),
            ("\"secret: {client_secret}\"", "python", vec![]),
            ("`s ${config.clientSecret}`", "javascript", vec!["config.clientSecret"]),
            ("\"s $clientSecret\"", "kotlin", vec!["clientSecret"]),
            ("\"s \" + clientSecret", "java", vec!["clientSecret"]),
            ("\"s \" + clientSecret.length()", "java", vec![]),
            ("\"s #{client_secret}\"", "ruby", vec!["client_secret"]),
            ("$\"s {clientSecret}\"", "csharp", vec!["clientSecret"]),
            ("\"s {client_secret:?}\"", "rust", vec!["client_secret"]),
            ("'s ' . $clientSecret", "php", vec!["$clientSecret"]),
        ] {
            let found: Vec<&str> = parts(text, language).iter().map(|span| &text[span.range()]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn arguments_of_a_macro_stand_between_commas() {
        let code = b"info!(\"a, {}\", f(1, 2), config.secret)";
        let shown: Vec<&str> = arguments_of_macro(code, Span::new(0, code.len())).iter().map(|s| std::str::from_utf8(&code[s.range()]).unwrap()).collect();
        assert_eq!(shown, ["\"a, {}\"", "f(1, 2)", "config.secret"]);
    }

    #[test]
    fn what_may_be_logged_is_told_from_prose_and_assignments() {
        let python = crate::lang::of("a.py");
        for (line, name, expected) in [
            ("    log.info(\"with %s\", client_secret)", "client_secret", true),
            ("    print(f\"secret: {client_secret}\")", "client_secret", true),
            ("    console.log(`secret: ${config.clientSecret}`)", "clientSecret", true),
            ("    logger.debug(\"a\" + password)", "password", true),
            ("    raise ValueError(\"the password is wrong\")", "password", false),
            ("    log.info(\"reading the password file\")", "password", false),
            ("    password = read(prompt)", "password", false),
            ("    connect(user, password)", "password", false),
            ("    log.info(\"done\"); connect(user, password)", "password", false),
            ("    print(token)", "token", false),
        ] {
            let Some(python) = python else { return };
            let at = line.rfind(name).unwrap();
            assert_eq!(may_be_logged(line.as_bytes(), Span::new(at, at + name.len()), python, &OnceCell::new()), expected, "{line}");
        }
    }
}

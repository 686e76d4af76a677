//! Whether a file that holds no secret itself may give on one that another file declares. Judged before anything is parsed.

use crate::lang::Language;

/// Shortest name in capitals that is taken for a constant.
const LEAST_CONSTANT: usize = 4;
/// Longest path of names that is looked at, in bytes.
const MAX_PATH: usize = 64;
/// Longest call in which a constant is looked for, in bytes.
const MAX_CALL: usize = 512;
/// What the end of a name says of a secret, in lower case.
const TELLING: [&str; 5] = ["secret", "token", "password", "key", "passwd"];
/// Words that stand behind a name and are no values from other files.
const TYPES: [&str; 22] = [
    "string",
    "str",
    "String",
    "any",
    "bool",
    "boolean",
    "number",
    "int",
    "object",
    "unknown",
    "never",
    "null",
    "none",
    "None",
    "nil",
    "undefined",
    "true",
    "false",
    "True",
    "False",
    "this",
    "self",
];
/// How a line begins that brings names from elsewhere.
const IMPORTS: [&str; 6] = ["import", "from", "use ", "pub use", "using", "mod "];
/// Languages in which a type of the same package needs no import, and the one in which nothing of it does.
const OWN_TYPES: [&str; 5] = ["java", "kotlin", "csharp", "php", "ruby"];
const OWN_NAMES: &str = "go";

/// Whether a value that may come from another file is given on: by a name, or under a name, that says that it is a secret; or as a constant behind one of
/// these places.
pub fn passes_a_secret(bytes: &[u8], language: &Language, places: &[usize]) -> bool {
    if places.is_empty() {
        return false;
    }
    let may_come = |path: &[u8]| may_come(path, bytes, language);
    TELLING.iter().any(|word| {
        let first = word.as_bytes()[0];
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).any(|at| {
            let end = at + word.len();
            let is_word = bytes.get(at..end).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
            is_word && (given(bytes, end).is_some_and(may_come) || bound(&bytes[end..]).is_some_and(may_come))
        })
    }) || places.iter().zip(places[1..].iter().chain([&bytes.len()])).any(|(&place, &next)| {
        let call = &bytes[..bytes.len().min(place + MAX_CALL).min(next.saturating_add(1))];
        memchr::memchr3_iter(b',', b')', b'.', &call[place..]).any(|end| given(bytes, place + end).is_some_and(|path| is_constant(path) && may_come(path)))
    })
}

/// Whether another file may declare the first name of a path.
fn may_come(path: &[u8], bytes: &[u8], language: &Language) -> bool {
    let head = path.split(|b| !b.is_ascii_alphanumeric() && *b != b'_').find(|name| !name.is_empty()).unwrap_or_default();
    match language.name {
        OWN_NAMES => may_be_of_package(path, head, bytes),
        name if OWN_TYPES.contains(&name) && head.first().is_some_and(u8::is_ascii_uppercase) => is_of_type(path, head),
        "rust" if matches!(head, b"crate" | b"super") => true,
        _ => is_brought(head, bytes),
    }
}

/// Whether a path that begins with a type names a value of it, and not the type.
fn is_of_type(path: &[u8], head: &[u8]) -> bool {
    path.len() > head.len() && !path.ends_with(b".class") || is_constant(path)
}

/// Whether a name of Go may be declared in another file: `values.Secret` of an imported package, or a name that this file neither binds nor takes.
fn may_be_of_package(path: &[u8], head: &[u8], bytes: &[u8]) -> bool {
    if path.len() > head.len() {
        let is_exported = path.rsplit(|b| *b == b'.').next().and_then(|last| last.first()).is_some_and(u8::is_ascii_uppercase);
        let is_import = |at: usize| at > 0 && matches!(bytes[at - 1], b'/' | b'"') && bytes.get(at + head.len()) == Some(&b'"');
        return is_exported && memchr::memmem::find_iter(bytes, head).any(is_import);
    }
    let is_declared = |at: usize| {
        let behind = &bytes[at + head.len()..bytes.len().min(at + head.len() + 2 * MAX_PATH)];
        let rest = behind.trim_ascii_start();
        // `secret string`, `secret := …`, `secret, err := …`, `secret []byte`.
        let line = &behind[..memchr::memchr(b'\n', behind).unwrap_or(behind.len())];
        let is_typed = behind.first() == Some(&b' ') && rest.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'[' | b'*'));
        is_typed || rest.starts_with(b":=") || rest.starts_with(b",") && memchr::memmem::find(line, b":=").is_some()
    };
    !memchr::memmem::find_iter(bytes, head).any(is_declared)
}

/// Whether a line that looks like a part of an import names it: `import { head } from`, `const head = require(…)`, `  head,` in a list.
fn is_brought(head: &[u8], bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, head).take(64).any(|at| {
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |p| p + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |p| at + p);
        let (line, is_whole) = (bytes[start..end].trim_ascii(), !bytes.get(at + head.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_'));
        let is_listed = || line.strip_suffix(b",").unwrap_or(line) == head;
        let begins = || IMPORTS.iter().any(|word| line.starts_with(word.as_bytes()));
        is_whole && (begins() || is_listed() || memchr::memmem::find(line, b"require").is_some())
    })
}

fn ends_value(byte: u8) -> bool {
    matches!(byte, b',' | b')' | b';' | b'}' | b']' | b'\n' | b'\r')
}

fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'$' | b'>' | b'-' | b'\\')
}

fn is_name(path: &[u8]) -> bool {
    path.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'\\')) && !TYPES.iter().any(|word| path == word.as_bytes())
}

/// The path of names that ends before `end`, if it stands where a value stands: `(OAUTH)`, `= config.secret;`.
fn given(bytes: &[u8], end: usize) -> Option<&[u8]> {
    let before = &bytes[end.saturating_sub(MAX_PATH)..end];
    let start = before.iter().rposition(|b| !is_path(*b)).map_or(0, |p| p + 1);
    let ends = bytes.get(end).is_some_and(|b| ends_value(*b) || *b == b'.');
    let begins = before[..start].trim_ascii_end().last().is_some_and(|b| matches!(b, b'=' | b':' | b'(' | b',' | b'{' | b'+'));
    (ends && begins && is_name(&before[start..])).then_some(&before[start..])
}

/// The path of names that is bound to the name that ends here: `: config.oauth,`, `=VALUE)`, `" => Config::VALUE`.
fn bound(behind: &[u8]) -> Option<&[u8]> {
    let behind = &behind[..behind.len().min(2 * MAX_PATH)];
    let name = behind.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = behind[name..].strip_prefix(b"\"").or_else(|| behind[name..].strip_prefix(b"'")).unwrap_or(&behind[name..]).trim_ascii_start();
    let value = [b"=>".as_slice(), b":=", b"=", b":", b","].iter().find_map(|sign| rest.strip_prefix(*sign))?.trim_ascii_start();
    let (path, rest) = value.split_at(value.iter().take_while(|b| is_path(**b)).count());
    let ends = rest.first() == Some(&b'\n') || rest.trim_ascii_start().first().is_some_and(|b| ends_value(*b));
    (ends && is_name(path)).then_some(path)
}

/// Whether the last name of a path is in capitals, as constants are in most languages.
fn is_constant(path: &[u8]) -> bool {
    let last = path.rsplit(|b| matches!(b, b'.' | b':')).next().unwrap_or_default();
    let is_capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    last.len() >= LEAST_CONSTANT && last[0].is_ascii_uppercase() && last.iter().all(is_capital)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;

    #[test]
    fn names_from_elsewhere_are_seen_without_a_tree() {
        for (path, text, expected) in [
            ("a.py", "from .values import OAUTH\nf(client_secret=OAUTH)\n", true),
            ("a.py", "from .values import (\n    OAUTH,\n)\nf(client_secret=OAUTH)\n", true),
            ("a.py", "from .values import oauth\nf(client_secret = oauth, x=1)\n", true),
            ("a.py", "def g(client_secret):\n    f(client_secret=client_secret)\n", false),
            ("a.py", "import os\nf(client_secret=os.environ['X'])\n", false),
            ("a.ts", "import { a } from './a';\nconst t: Token = { secret: string, a };\n", false),
            ("a.ts", "import { oauth } from './a';\nconst t = { secret: oauth };\n", true),
            ("a.ts", "const t = { secret: user.token };\n", false),
            ("a.js", "const values = require('./values');\nf({ secret: values.code })\n", true),
            ("A.java", "new Secret(Values.OAUTH);", true),
            ("A.java", "new Secret(value);", false),
            ("A.java", "f(Secret value, Token token);", false),
            ("A.java", "f(token, Values.class);", false),
            ("a.go", "Config{ClientSecret: oauth}", true),
            ("a.rs", "ClientSecret::new(crate::values::OAUTH.to_string())", true),
            ("a.rb", "Client.new('app', OAUTH, site: x)", true),
        ] {
            assert_eq!(passes_a_secret(text.as_bytes(), lang::of(path).unwrap(), &[0]), expected, "{path} {text}");
        }
    }
}

//! The HTTP method of a request on a command line: `curl -sX POST`, `wget --post-data=x`, `http POST`.

/// Longest command that is read, in bytes.
const MAX_COMMAND: usize = 4_096;
/// Words of one command that are read.
const MAX_WORDS: usize = 256;
/// Methods by name.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Short options of curl that take no value (its manual); behind any other one stands its value.
const BARE: &str = "sSfLkvigGIjlnNpqRaB0123469#JOVZ:";

/// The method of a request, as far as the command says it: none where it stands in a variable, or options do.
pub fn method(command: &str) -> Option<String> {
    let words = words(command.get(..MAX_COMMAND.min(command.len())).unwrap_or_default());
    let (tool, words) = words.split_first()?;
    match tool.rsplit('/').next().unwrap_or(tool) {
        "curl" => curl(words),
        "wget" => wget(words),
        "http" | "https" | "xh" | "xhs" => httpie(words),
        _ => words.iter().find(|word| METHODS.contains(&word.as_str())).cloned(),
    }
}

/// A method that is told: none where a variable holds it.
fn told(word: &str) -> Option<String> {
    (!word.contains('$')).then(|| word.to_ascii_uppercase())
}

/// Whether a word may be options that nobody sees: `$OPTS`, `${AUTH[@]}`.
fn is_open(word: &str) -> bool {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let name = word.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| word.strip_prefix('$'));
    name.is_some_and(|name| name.ends_with("[@]") || name.ends_with("[*]") || is_name(name) && name.to_ascii_lowercase().contains("opt"))
        || matches!(word, "$@" | "$*" | "${@}")
}

/// curl gets, unless it is told otherwise or given data (its manual, `--request` and `--data`).
fn curl(words: &[String]) -> Option<String> {
    let (mut method, mut has_data, mut gets, mut open) = (None, false, false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        open |= is_open(word);
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match name {
                "request" => method = Some(told(value.or_else(|| words.next().map(String::as_str))?)),
                "head" => method = method.or(Some(Some("HEAD".to_owned()))),
                "upload-file" => method = method.or(Some(Some("PUT".to_owned()))),
                "get" => gets = true,
                "next" => return None,
                _ => has_data |= name == "json" || name.starts_with("data") || name.starts_with("form"),
            }
            continue;
        }
        let Some(short) = word.strip_prefix('-') else { continue };
        for (at, option) in short.char_indices() {
            let value = &short[at + option.len_utf8()..];
            let mut given = || if value.is_empty() { words.next().map(String::as_str) } else { Some(value) };
            match option {
                'X' => method = Some(told(given()?)),
                'I' => method = method.or(Some(Some("HEAD".to_owned()))),
                'T' => {
                    given();
                    method = method.or(Some(Some("PUT".to_owned())));
                }
                'd' | 'F' => {
                    given();
                    has_data = true;
                }
                'G' => gets = true,
                option if BARE.contains(option) => continue,
                _ => {
                    given();
                }
            }
            if !matches!(option, 'I' | 'G') {
                break;
            }
        }
    }
    let implied = if has_data && !gets { "POST" } else { "GET" };
    method.unwrap_or_else(|| (!open).then(|| implied.to_owned()))
}

fn wget(words: &[String]) -> Option<String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        match name {
            "--method" => return told(value.or_else(|| words.next().map(String::as_str))?),
            "--post-data" | "--post-file" => return Some("POST".to_owned()),
            "--spider" => return Some("HEAD".to_owned()),
            word if is_open(word) => return None,
            _ => {}
        }
    }
    Some("GET".to_owned())
}

/// The word before the URL; without it a request with fields posts.
fn httpie(words: &[String]) -> Option<String> {
    if words.iter().any(|word| is_open(word)) {
        return None;
    }
    let mut given = words.iter().filter(|word| !word.starts_with('-'));
    let first = given.next()?;
    if first.bytes().all(|b| b.is_ascii_uppercase()) {
        return Some(first.clone());
    }
    let is_field = |word: &String| word.contains('=') && !word.contains("==") && !word.contains("://");
    let posts = given.any(is_field) || words.iter().any(|word| word.starts_with("--raw"));
    Some(if posts { "POST" } else { "GET" }.to_owned())
}

/// The words of a command without their quotes; what a substitution holds (`$(…)`) is one word.
fn words(command: &str) -> Vec<String> {
    let (mut found, mut word, mut is_word, mut quote, mut depth) = (Vec::new(), String::new(), false, None, 0_usize);
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('$', None | Some('"')) if chars.peek() == Some(&'(') => {
                chars.next();
                depth += 1;
                word.push('$');
                is_word = true;
            }
            ('(', _) if depth > 0 => depth += 1,
            (')', _) if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ('\\', None | Some('"')) => match chars.next() {
                Some('\n') | None => {}
                Some(c) => word.push(c),
            },
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => (quote, is_word) = (Some(c), true),
            (c, None) if c.is_whitespace() => {
                if std::mem::take(&mut is_word) {
                    found.push(std::mem::take(&mut word));
                }
                if found.len() == MAX_WORDS {
                    return found;
                }
            }
            (c, _) => {
                word.push(c);
                is_word = true;
            }
        }
    }
    if is_word {
        found.push(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_is_what_the_command_says() {
        for (command, expected) in [
            ("curl https://x/a", Some("GET")),
            ("curl -X POST $API/a", Some("POST")),
            ("curl -sXput \"$API/a\"", Some("PUT")),
            ("curl -sX DELETE $API/a", Some("DELETE")),
            ("/usr/bin/curl -sS -o /dev/null -w '%{http_code}' --request=PATCH $API/a", Some("PATCH")),
            ("curl -fsSL --retry 3 -H 'X: -d' $API/a", Some("GET")),
            ("curl -sd x=1 $API/a", Some("POST")),
            ("curl -dx=1 $API/a", Some("POST")),
            ("curl --data-binary @- $API/a", Some("POST")),
            ("curl --json '{}' -G $API/a", Some("GET")),
            ("curl -d a=b -G $API/a", Some("GET")),
            ("curl -d \"$(cat <<X\n{ -X PUT }\nX\n)\" $API/a", Some("POST")),
            ("curl -F f=@x -X \"$METHOD\" $API/a", None),
            ("curl \"${AUTH[@]}\" $API/a", None),
            ("curl \"${AUTH[@]}\" -X POST $API/a", Some("POST")),
            ("curl $CURL_OPTS $API/a", None),
            ("curl -I $API/a", Some("HEAD")),
            ("curl -T f $API/a", Some("PUT")),
            ("curl \\\n  --request \\\n  POST $API/a", Some("POST")),
            ("curl $API/a --next -X POST $API/b", None),
            ("curl -X", None),
            ("wget -qO- $API/a", Some("GET")),
            ("wget --post-data=x $API/a", Some("POST")),
            ("wget --method PUT --body-data=x $API/a", Some("PUT")),
            ("http $API/a", Some("GET")),
            ("http --auth-type=bearer --auth=$T $API/a q==x X:y", Some("GET")),
            ("http DELETE $API/a", Some("DELETE")),
            ("xh $API/a amount=1", Some("POST")),
            ("call POST /v1/a", Some("POST")),
            ("call /v1/a", None),
            ("", None),
        ] {
            assert_eq!(method(command).as_deref(), expected, "{command}");
        }
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in ["curl '", "curl \"$(", "curl \\", "curl -X\u{e9}", "curl $((1) ) ) -X", &"curl (\"'".repeat(2_000)] {
            let _ = method(text);
        }
        assert!(words(&"a ".repeat(10_000)).len() <= MAX_WORDS);
    }
}

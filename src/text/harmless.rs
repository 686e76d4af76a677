//! Foreign text made safe to print.

/// Foreign text made safe for one line of a terminal or a CI log: control characters become visible pictures, characters that hide or reorder text
/// become U+FFFD, and the `##[` of log commands is broken up.
pub fn sanitise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c == '[' && out.ends_with("##") { '\u{ff3b}' } else { harmless(c) };
        out.push(c);
    }
    out
}

/// The same for text that keeps its line ends and tabs.
pub fn sanitise_lines(text: &str) -> String {
    text.split('\n').map(|line| line.split('\t').map(sanitise).collect::<Vec<_>>().join("\t")).collect::<Vec<_>>().join("\n")
}

fn harmless(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        // C1 controls; soft hyphen; bidirectional marks, embeddings, overrides, isolates; zero-width characters; line and paragraph separators;
        // invisible operators; noncharacters; byte order mark; interlinear annotation; tags.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_is_shown_instead() {
        assert_eq!(sanitise("a\u{1b}[31mb\r\n\tc\u{7f}"), "a␛[31mb␍␊␉c␡");
        assert_eq!(sanitise("a\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{e0041}"), "a\u{fffd}31m\u{fffd}b\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(sanitise_lines("a\u{1b}\n\tb"), "a␛\n\tb");
        assert_eq!(sanitise("pässwörd 🔑 日本"), "pässwörd 🔑 日本");
    }
}

//! A rule as documentation: the page behind `explain`, `rules/README.md` and SARIF help.
//!
//! Every page is made of the same parts under the same headings, rendered as Markdown or as terminal text.
//! Examples are shown with their secrets masked, so that no page holds secret-shaped bytes.

use std::fmt::Write as _;

use crate::model::rule::{FAMILIES, Matcher, Reach, Required, Requirement};
use crate::model::{Rule, RuleId, RuleStatus};
use crate::text::harmless::sanitise_lines;
use crate::text::{Secret, randomness};

/// Shortest token that is masked because it looks random, though it is not marked as the value.
const RANDOM_TOKEN: usize = 16;
/// The same for a token that has slashes in it, which more often is a path.
const RANDOM_TOKEN_WITH_SLASH: usize = 20;
/// Shortest marked value that is looked for outside its marks too: a shorter one may be a common word.
const REPEATED_VALUE: usize = 6;
/// Shortest run of hexadecimal digits that is masked: a key as likely as a digest.
const HEX_TOKEN: usize = 32;
/// Longest beginning of a value that counts as its documented prefix.
const LONGEST_PREFIX: usize = 16;
/// Shortest beginning that does: less is chance.
const SHORTEST_PREFIX: usize = 3;

/// How a page is rendered for a terminal.
pub struct Terminal<'a> {
    /// Columns to wrap prose at.
    pub width: usize,
    /// Makes a heading stand out.
    pub heading: &'a dyn Fn(&str) -> String,
}

/// The page of a rule in Markdown.
pub fn rule_page(rule: &Rule) -> String {
    markdown(&Page::new(rule), 1, &rule.title)
}

/// The same page for a terminal.
pub fn rule_text(rule: &Rule, terminal: &Terminal) -> String {
    let page = Page::new(rule);
    let facts = sanitise_lines(&facts(rule).join(", "));
    let mut out = format!("{}\n{}\n{facts}\n", (terminal.heading)(&sanitise_lines(&one_line(&rule.title))), sanitise_lines(rule.id.as_str()));
    for section in &page.sections {
        let _ = write!(out, "\n{}\n", (terminal.heading)(section.heading));
        for block in &section.blocks {
            match block {
                Block::Prose(text) => {
                    let wrapped: Vec<String> = paragraphs(&sanitise_lines(text)).map(|p| format!("{}\n", wrap(p, terminal.width, ""))).collect();
                    out.push_str(&wrapped.join("\n"));
                }
                Block::Item(text) => {
                    let _ = writeln!(out, "- {}", wrap(&sanitise_lines(text), terminal.width.saturating_sub(2), "  "));
                }
                Block::Code { path, text } => {
                    for line in path.iter().map(|p| format!("{p}:")).chain(text.lines().map(str::to_owned)) {
                        let _ = writeln!(out, "    {}", sanitise_lines(&line));
                    }
                }
            }
        }
    }
    out
}

/// The catalogue of all rules, in Markdown: an index by family, then one section per rule.
pub fn catalogue(rules: &[Rule]) -> String {
    let mut out = format!("# Rules\n\n{} rules. Generated from the rule files of this folder: change those, not this page.\n", rules.len());
    for family in FAMILIES {
        let of_family: Vec<&Rule> = rules.iter().filter(|r| r.id.family() == family).collect();
        if of_family.is_empty() {
            continue;
        }
        let _ = write!(out, "\n## {family}\n\n| rule | finds | severity | confidence |\n| --- | --- | --- | --- |\n");
        for rule in of_family {
            let title = one_line(&rule.title).replace('|', "\\|");
            let status = if rule.status == RuleStatus::Stable { String::new() } else { format!(" ({})", status(rule.status)) };
            let _ = writeln!(out, "| [`{}`](#{}) | {title}{status} | {} | {} |", rule.id, anchor(rule.id.as_str()), rule.severity, rule.confidence);
        }
    }
    for rule in rules {
        out.push('\n');
        out.push_str(&markdown(&Page::new(rule), 2, rule.id.as_str()));
    }
    out
}

struct Page<'a> {
    rule: &'a Rule,
    sections: Vec<Section>,
}

struct Section {
    heading: &'static str,
    blocks: Vec<Block>,
}

enum Block {
    Prose(String),
    Item(String),
    Code { path: Option<String>, text: String },
}

impl<'a> Page<'a> {
    fn new(rule: &'a Rule) -> Self {
        let prose = |text: &str| vec![Block::Prose(text.trim().to_owned())];
        let examples = rule.text.examples.iter().map(|e| Block::Code { path: e.path.clone(), text: mask_example(rule, &e.text) }).collect();
        let mut clean = Vec::new();
        for example in &rule.text.counterexamples {
            clean.push(Block::Prose(sentence(&example.because)));
            clean.push(Block::Code { path: example.path.clone(), text: mask_random(example.text.trim_end()) });
        }
        let sections = [
            ("Why", prose(&rule.text.why)),
            ("How to fix", prose(&rule.text.fix)),
            ("Found together with", rule.requires.iter().map(|requirement| Block::Item(required(requirement))).collect()),
            ("Examples", examples),
            ("What is not reported", clean),
            ("Suppress", suppress(rule)),
            ("References", rule.text.references.iter().map(|url| Block::Item(url.clone())).collect()),
        ];
        let sections = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty()).map(|(heading, blocks)| Section { heading, blocks }).collect();
        Self { rule, sections }
    }
}

/// What else must be there, or is related where it is there.
fn required(requirement: &Requirement) -> String {
    let what = match &requirement.what {
        Required::Rule(id) => format!("a match of `{id}`"),
        Required::Pattern(regex) => format!("a match of `{regex}`"),
    };
    let near = match requirement.reach {
        Reach::Lines(0) => "on the same line".to_owned(),
        Reach::Lines(1) => "at most one line away".to_owned(),
        Reach::Lines(lines) => format!("at most {lines} lines away"),
        Reach::Bytes(bytes) => format!("at most {bytes} bytes away"),
        Reach::Structure => "in the same structure".to_owned(),
    };
    let always = if requirement.optional { "shown where it is there" } else { "without it there is no finding" };
    format!("{what}, {near}: {always}")
}

/// Nothing for rules about suppressions: a comment does not mute what is said of comments.
fn suppress(rule: &Rule) -> Vec<Block> {
    if rule.id.family() == "suppression" {
        return Vec::new();
    }
    vec![
        Block::Prose("Where the finding is accepted, say so in a comment on the line, or on the line above, with the reason:".to_owned()),
        Block::Code { path: None, text: format!("aelix-lint: allow {} -- reason", rule.id) },
        Block::Prose("For a whole file, write `allow-file` instead of `allow`.".to_owned()),
    ]
}

fn markdown(page: &Page, level: usize, title: &str) -> String {
    let rule = page.rule;
    let marks = "#".repeat(level);
    let mut out = format!("{marks} {}\n\n", one_line(title));
    if title == rule.title {
        let _ = write!(out, "`{}`\n\n", rule.id);
    } else {
        let _ = write!(out, "{}\n\n", one_line(&rule.title));
    }
    let _ = writeln!(out, "{}", facts(rule).join(" · "));
    for section in &page.sections {
        let _ = writeln!(out, "\n{marks}# {}", section.heading);
        let mut in_list = false;
        for block in &section.blocks {
            let is_item = matches!(block, Block::Item(_));
            if !(in_list && is_item) {
                out.push('\n');
            }
            in_list = is_item;
            match block {
                Block::Prose(text) => out.extend([text, "\n"]),
                Block::Item(text) => out.extend(["- <", text, ">\n"]),
                Block::Code { path, text } => out.push_str(&fenced(path.as_deref(), text)),
            }
        }
    }
    out
}

/// The line under the title.
fn facts(rule: &Rule) -> Vec<String> {
    let mut facts = vec![format!("severity {}", rule.severity), format!("confidence {}", rule.confidence), format!("since {}", rule.since)];
    if rule.status != RuleStatus::Stable {
        facts.push(status(rule.status).to_owned());
    }
    if !rule.tags.is_empty() {
        facts.push(format!("tags {}", rule.tags.join(", ")));
    }
    if !rule.aliases.is_empty() {
        facts.push(format!("formerly {}", rule.aliases.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ")));
    }
    facts
}

fn status(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Preview => "preview: off unless selected",
        RuleStatus::Stable => "stable",
        RuleStatus::Deprecated => "deprecated",
    }
}

/// Code in a fence longer than any run of backticks in it.
fn fenced(path: Option<&str>, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let name = path.map(|p| format!("`{p}`:\n\n")).unwrap_or_default();
    format!("{name}{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// The example without its marks, what they mark masked wherever it stands, and other random tokens too.
fn mask_example(rule: &Rule, text: &str) -> String {
    let (mut out, mut rest, mut values) = (String::new(), text, Vec::new());
    while let Some((before, marked)) = rest.split_once('«') {
        let (value, after) = marked.split_once('»').unwrap_or((marked, ""));
        let masked = Secret::new(value, documented_prefix(rule, value)).masked();
        out.push_str(before);
        // Rules of checks report the names of secrets, too.
        let is_name = matches!(rule.matcher, Matcher::Check { .. }) && !randomness::is_random(value.as_bytes());
        if rule.id.family() == "secrets" && !is_name {
            out.push_str(&masked);
            values.push((value, masked));
        } else {
            out.push_str(value);
        }
        rest = after;
    }
    out.push_str(rest);
    for (value, masked) in values.iter().filter(|(value, _)| value.len() >= REPEATED_VALUE) {
        out = out.replace(value, masked);
    }
    mask_random(out.trim_end())
}

/// Length of the longest beginning of `value` that the rule's pattern spells out.
fn documented_prefix(rule: &Rule, value: &str) -> usize {
    let Matcher::Pattern { regex, .. } = &rule.matcher else { return 0 };
    (SHORTEST_PREFIX..=LONGEST_PREFIX).rev().find(|&n| value.get(..n).is_some_and(|head| regex.contains(head))).unwrap_or(0)
}

/// The text with every long random token masked.
fn mask_random(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (token, after) = rest.split_at(end);
        let least = if token.contains('/') { RANDOM_TOKEN_WITH_SLASH } else { RANDOM_TOKEN };
        if token.len() >= least && (randomness::is_random(token.as_bytes()) || ends_in_hex(token)) {
            out.push_str(&Secret::new(token, 4).masked());
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

/// Whether the token, or what follows its last `_`, is a long run of hexadecimal digits.
fn ends_in_hex(token: &str) -> bool {
    token.rsplit('_').next().is_some_and(|tail| tail.len() >= HEX_TOKEN && tail.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '/' | '-' | '=')
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ')).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentence(text: &str) -> String {
    let text = one_line(text);
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return text };
    format!("{}{}:", first.to_uppercase(), chars.as_str().trim_end_matches(['.', ':']))
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|p| !p.is_empty())
}

/// Words on lines of at most `width` columns (longer words stay whole); `indent` before every line but the first.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rule::{Conditions, Counterexample, Example, RuleSource, RuleText};
    use crate::model::{Confidence, Severity};

    const RANDOM: &str = "q8Zr2LmX0vKp4TnYw6BdJs7HfUc1GaEe";

    fn rule() -> Rule {
        let key = format!("ak_{}_{RANDOM}", "live");
        Rule {
            id: RuleId::new("secrets/aelix-api-key"),
            aliases: Vec::new(),
            title: "Aelix live API key".into(),
            severity: Severity::Critical,
            confidence: Confidence::High,
            status: RuleStatus::Stable,
            since: "0.1.0".into(),
            tags: vec!["aelix".into()],
            matcher: Matcher::Pattern { regex: r"\bak_live_[0-9A-Za-z]{32}\b".into(), multiline: None },
            keywords: Vec::new(),
            files: Vec::new(),
            conditions: Conditions::default(),
            validate: None,
            allow: Vec::new(),
            requires: Vec::new(),
            priority: 0,
            text: RuleText {
                why: "The key moves money.\n\nNobody asks who holds it.".into(),
                fix: "Revoke it.".into(),
                references: vec!["https://docs.example.com/keys".into(), "https://docs.example.com/more".into()],
                examples: vec![Example { path: Some("app.py".into()), text: format!("key = \"«{key}»\" # not {key}, id {RANDOM}\n") }],
                counterexamples: vec![Counterexample { path: None, text: format!("digest = {RANDOM}"), because: "no prefix".into() }],
            }
            .into(),
            source: RuleSource::default(),
        }
    }

    #[test]
    fn a_page_has_the_fixed_headings() {
        let expected = "\
# Aelix live API key

`secrets/aelix-api-key`

severity critical · confidence high · since 0.1.0 · tags aelix

## Why

The key moves money.

Nobody asks who holds it.

## How to fix

Revoke it.

## Examples

`app.py`:

```text
key = \"ak_live_********Ee\" # not ak_live_********Ee, id q8Zr********Ee
```

## What is not reported

No prefix:

```text
digest = q8Zr********Ee
```

## Suppress

Where the finding is accepted, say so in a comment on the line, or on the line above, with the reason:

```text
aelix-lint: allow secrets/aelix-api-key -- reason
```

For a whole file, write `allow-file` instead of `allow`.

## References

- <https://docs.example.com/keys>
- <https://docs.example.com/more>
";
        assert_eq!(rule_page(&rule()), expected);
    }

    #[test]
    fn the_terminal_shows_the_same_page() {
        let text = rule_text(&rule(), &Terminal { width: 20, heading: &|h| h.to_uppercase() });
        assert!(text.starts_with("AELIX LIVE API KEY\nsecrets/aelix-api-key\nseverity critical, confidence high, since 0.1.0, tags aelix\n\nWHY\n"), "{text}");
        assert!(text.contains("The key moves money.\n\nNobody asks who\nholds it.\n"), "{text}");
        assert!(text.contains("    app.py:\n    key = \"ak_live_********Ee\""), "{text}");
        assert!(text.ends_with("REFERENCES\n- https://docs.example.com/keys\n- https://docs.example.com/more\n"), "{text}");
    }

    #[test]
    fn no_page_holds_the_value() {
        for page in [rule_page(&rule()), rule_text(&rule(), &Terminal { width: 80, heading: &str::to_owned }), catalogue(&[rule()])] {
            assert!(!page.contains(RANDOM), "{page}");
        }
    }

    #[test]
    fn the_catalogue_lists_every_rule_and_links_to_its_section() {
        let mut preview = rule();
        (preview.id, preview.status) = (RuleId::new("scopes/wildcard"), RuleStatus::Preview);
        let page = catalogue(&[rule(), preview]);
        assert!(page.contains("| [`secrets/aelix-api-key`](#secretsaelix-api-key) | Aelix live API key | critical | high |\n"), "{page}");
        assert!(page.contains("| [`scopes/wildcard`](#scopeswildcard) | Aelix live API key (preview: off unless selected) |"), "{page}");
        assert!(page.contains("\n## secrets/aelix-api-key\n\nAelix live API key\n") && page.contains("\n### Why\n"), "{page}");
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        let mut wildcard = rule();
        wildcard.id = RuleId::new("scopes/wildcard");
        let examples = vec![Example { path: None, text: "scope = \"«payments:*»\"".into() }];
        wildcard.text = RuleText { examples, ..RuleText::default() }.into();
        assert!(rule_page(&wildcard).contains("scope = \"payments:*\""));
        assert_eq!(mask_random("see https://docs.example.com, or ${VAULT_TOKEN}"), "see https://docs.example.com, or ${VAULT_TOKEN}");
    }

    #[test]
    fn a_long_run_of_hexadecimal_digits_is_masked() {
        let digits = "0f1e2d3c".repeat(4);
        assert_eq!(mask_random(&format!("key = shop_{digits}")), "key = shop********3c");
        assert_eq!(mask_random("commit 0f1e2d3c4b5a"), "commit 0f1e2d3c4b5a");
    }

    #[test]
    fn code_with_a_fence_gets_a_longer_fence() {
        assert_eq!(fenced(None, "```\nx\n```"), "````text\n```\nx\n```\n````\n");
    }
}

//! What a rule is: the one home of every fact about it. Rules are data, read from `rules/**/*.toml`.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::blob::FileKind;

/// `family/what-is-wrong`, stable for ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// The id as written.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the slash: `secrets`, `scopes`, `rotation`, `audit`, `network`, `suppression`.
    pub fn family(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// Whether a selector names this rule: the id, `family/*`, the bare family, or `all`.
    pub fn matches(&self, selector: &str) -> bool {
        selector == "all" || selector == self.as_str() || selector.strip_suffix("/*").unwrap_or(selector) == self.family()
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The five controls of the vendor's guide, and our own findings about suppressions.
pub type Family = &'static str;

/// The families a rule id may begin with.
pub const FAMILIES: [Family; 6] = ["secrets", "scopes", "rotation", "audit", "network", "suppression"];

/// Harm if the finding is true. Ordered: `Info` is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, no harm by itself.
    Info,
    /// Little harm: test and sandbox credentials, hygiene.
    Low,
    /// A narrow or short-lived credential, a weakened control.
    Medium,
    /// A live credential of one service, a control that is off.
    High,
    /// Moves money, administers, or opens everything.
    Critical,
}

impl Severity {
    /// All of them, most severe first.
    pub const ALL: [Severity; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The name as written in rules, flags and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Likelihood that the finding is true. Ordered: `Low` is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint; not reported by default.
    Low,
    /// Probably true.
    Medium,
    /// Almost certainly true.
    High,
}

impl Confidence {
    /// The name as written in rules, flags and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a rule is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleStatus {
    /// Off unless selected by its id.
    Preview,
    /// On by default.
    #[default]
    Stable,
    /// Still works, will go.
    Deprecated,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable id.
    pub id: RuleId,
    /// Former ids: suppressions and baselines that name them still work.
    pub aliases: Vec<RuleId>,
    /// What was found, as a noun phrase.
    pub title: String,
    /// Harm if true.
    pub severity: Severity,
    /// Likelihood of being true, before the evidence of a single place.
    pub confidence: Confidence,
    /// Preview, stable, deprecated.
    pub status: RuleStatus,
    /// First version that has it.
    pub since: String,
    /// Provider first.
    pub tags: Vec<String>,
    /// What it looks for.
    pub matcher: Matcher,
    /// Literals to look for where none can be derived from the matcher.
    pub keywords: Vec<String>,
    /// Only files whose path relative to the root one of these globs matches; empty: all.
    pub files: Vec<String>,
    /// What the value must be like.
    pub conditions: Conditions,
    /// Name of an offline check of the value.
    pub validate: Option<String>,
    /// Regexes of values that are not reported.
    pub allow: Vec<String>,
    /// Other matches that must be near; all of them.
    pub requires: Vec<Requirement>,
    /// Who wins on shared bytes among hits of equal rank: the higher one.
    pub priority: i32,
    /// What people read about it.
    pub text: LazyText,
    /// Where the rule is written.
    pub source: RuleSource,
}

/// What people read about a rule. No scan needs it until something is found.
#[derive(Clone, Debug, Default)]
pub struct RuleText {
    /// What goes wrong.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// The provider's own pages, best first.
    pub references: Vec<String>,
    /// Text with `«…»` around the bytes that must be reported.
    pub examples: Vec<Example>,
    /// Text that must not be reported by this rule.
    pub counterexamples: Vec<Counterexample>,
}

/// The text of a rule, read when first asked for.
#[derive(Clone)]
pub struct LazyText(Arc<LazyLock<RuleText, ReadText>>);

type ReadText = Box<dyn FnOnce() -> RuleText + Send>;

impl LazyText {
    /// The text that `read` gives.
    pub fn new(read: impl FnOnce() -> RuleText + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }
}

impl From<RuleText> for LazyText {
    fn from(text: RuleText) -> Self {
        Self::new(|| text)
    }
}

impl Deref for LazyText {
    type Target = RuleText;

    fn deref(&self) -> &RuleText {
        &self.0
    }
}

impl fmt::Debug for LazyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RuleText::fmt(self, f)
    }
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A regex over the bytes; `window` is the reach of a multi-line pattern in bytes, none for a line.
    Pattern {
        /// The regex; a group named `secret` marks the value.
        regex: String,
        /// Bytes a match may span when it may cross line ends.
        multiline: Option<usize>,
    },
    /// A name bound to a value, in any notation.
    Key {
        /// Regex on the normalised name; none: the built-in classifier of secret names.
        name: Option<String>,
        /// Regex that the whole value matches.
        value: Option<String>,
        /// Regex that the whole value matches where the group `alone` of the name takes part: the name of a service without a word of a credential.
        alone: Option<String>,
        /// The value has no format of its own: it is judged like that of a generic rule.
        opaque: bool,
        /// Only in files of these kinds; empty: all.
        kinds: Vec<FileKind>,
    },
    /// A value that reaches a known slot of an API (`rules/sinks`).
    Sink {
        /// The slot: `client-secret`, `scope`, …
        kind: String,
    },
    /// What a query of tree-sitter captures as `@secret`, by language.
    Query {
        /// Name of the language and the query.
        queries: Vec<(String, String)>,
    },
    /// Declared infrastructure of which all tests of one of these hold.
    Resource {
        /// Each is enough.
        conditions: Vec<ResourceCondition>,
    },
    /// A named Rust function that is run over the blob or the project.
    Check {
        /// Its name in the table of `check/` or `project/`.
        name: String,
    },
}

/// What a declared piece of infrastructure must be like to be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCondition {
    /// Types of resources; `*` at an end stands for any text.
    pub types: Vec<String>,
    /// A nested block, each of which is looked at alone.
    pub block: Option<String>,
    /// All must hold; the place of the first that has one is reported.
    pub tests: Vec<Test>,
    /// What to say: `{name}`, `{value}`, `{length}` stand for the resource's name, and for the text or length of the value of the first test.
    pub message: Option<String>,
    /// What to write instead.
    pub snippet: Option<String>,
    /// Another severity than that of the rule.
    pub severity: Option<Severity>,
}

/// A test of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Dotted path of the attribute within the resource.
    pub attribute: String,
    /// What must be true of it.
    pub comparison: Comparison,
}

/// A regex, compiled when it is first asked and kept by all copies.
#[derive(Clone, Debug)]
pub struct Condition {
    regex: Arc<str>,
    compiled: Arc<OnceLock<Option<Regex>>>,
}

impl Condition {
    /// Of this regex.
    pub fn new(regex: &str) -> Self {
        Self { regex: regex.into(), compiled: Arc::default() }
    }

    /// Whether it is in the text; `None` where it cannot be compiled.
    pub fn is_in(&self, text: &str) -> Option<bool> {
        self.compiled.get_or_init(|| Regex::new(&self.regex).ok()).as_ref().map(|regex| regex.is_match(text))
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.regex == other.regex
    }
}

impl Eq for Condition {}

/// What may be true of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is not there, or `null`.
    Absent,
    /// It is not there, `null`, empty, zero or false.
    Unset,
    /// It is there.
    Present,
    /// It is one of these texts, in any case.
    Equals(Vec<String>),
    /// It is there and none of these texts.
    Not(Vec<String>),
    /// A regex is in it.
    Matches(Condition),
    /// A regex is not in it, or it is not there.
    Lacks(Condition),
    /// A regex is in none of its values, or it is not there.
    InNone(Condition),
    /// A length of time or a schedule with a longer pause.
    LongerThan {
        /// In seconds.
        seconds: u64,
        /// Seconds of one, where it is a bare number.
        unit: u64,
    },
    /// A length of time that is shorter.
    ShorterThan {
        /// In seconds.
        seconds: u64,
        /// Seconds of one, where it is a bare number.
        unit: u64,
    },
    /// A moment that is further ahead than so many seconds.
    LaterThan {
        /// So many seconds.
        seconds: u64,
        /// The attribute with the moment from which they count, where it is later than now.
        from: Option<String>,
    },
    /// A moment that is over.
    Past,
    /// A resource of these types refers to the resource.
    Linked(Vec<String>),
    /// It refers to a resource of one of these types.
    Refers(Vec<String>),
    /// No resource of these types refers to the resource.
    Unlinked(Vec<String>),
}

/// What a value must be like to be reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Least Shannon entropy in bits per byte.
    pub min_entropy: Option<f64>,
    /// Character classes that must occur.
    pub require: Vec<CharClass>,
}

/// Another match without which a match of the rule does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What must match.
    pub what: Required,
    /// How near.
    pub reach: Reach,
    /// A match counts without it too; it is related where it is there.
    pub optional: bool,
    /// What the place of the other match has to do with the finding.
    pub message: Option<String>,
}

/// What a rule requires a match of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Required {
    /// Another rule, which need not be on.
    Rule(RuleId),
    /// A regex over the bytes.
    Pattern(String),
}

/// How near a required match must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// At most so many lines away; 0: on the same line.
    Lines(usize),
    /// At most so many bytes between the two.
    Bytes(usize),
    /// Within the innermost block around the value.
    Structure,
}

/// A class of characters that a value may be required to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CharClass {
    /// 0-9.
    Digit,
    /// A-Z or a-z.
    Letter,
    /// a-z.
    Lower,
    /// A-Z.
    Upper,
    /// ASCII punctuation.
    Symbol,
}

/// Text in which the rule finds exactly the marked bytes.
#[derive(Clone, Debug)]
pub struct Example {
    /// File name the text stands in, where it matters.
    pub path: Option<String>,
    /// The text with `«…»` marks.
    pub text: String,
}

/// Text in which the rule finds nothing.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// File name the text stands in, where it matters.
    pub path: Option<String>,
    /// The text.
    pub text: String,
    /// Why it is no finding.
    pub because: String,
}

/// Where a rule is written.
#[derive(Clone, Debug, Default)]
pub struct RuleSource {
    /// File, as a user would type it; built-in rules begin with `rules/`.
    pub file: Arc<str>,
    /// 1-based line of the rule's table.
    pub line: u32,
    /// Shipped with the program.
    pub built_in: bool,
    /// 1-based lines of its keys (`pattern`, `key.name`), for messages about a user's rule; none of built-in rules.
    pub keys: Vec<(String, u32)>,
}

impl RuleSource {
    /// The line of this key; that of the rule's table where it is not known.
    pub fn line_of(&self, key: &str) -> u32 {
        self.keys.iter().find(|(name, _)| name == key).map_or(self.line, |(_, line)| *line)
    }
}

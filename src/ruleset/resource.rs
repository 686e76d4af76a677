//! Conditions on declared infrastructure as rule files write them: `[[rule.resource]]`.

use serde::Deserialize;

use crate::model::Severity;
use crate::model::rule::{Comparison, Condition, ResourceCondition, Test};
use crate::text::value::DAY;
use crate::text::value::duration;

use super::derive;

/// `[[rule.resource]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    types: Vec<String>,
    block: Option<String>,
    when: Vec<RawTest>,
    message: Option<String>,
    snippet: Option<String>,
    severity: Option<Severity>,
}

/// One entry of `when`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTest {
    #[serde(default)]
    attribute: String,
    is: Option<Is>,
    #[serde(default)]
    equals: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    matches: Option<String>,
    lacks: Option<String>,
    in_none: Option<String>,
    longer_than: Option<String>,
    shorter_than: Option<String>,
    unit: Option<Unit>,
    later_than: Option<String>,
    from: Option<String>,
    #[serde(default)]
    linked: Vec<String>,
    #[serde(default)]
    unlinked: Vec<String>,
    #[serde(default)]
    refers: Vec<String>,
}

/// What needs no value to compare with.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Is {
    /// Not there.
    Absent,
    /// Not there, empty, zero or false.
    Unset,
    /// There.
    Present,
    /// A moment that is over.
    Past,
}

/// What a bare number counts.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    #[default]
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Months.
    Months,
    /// Years.
    Years,
}

impl Unit {
    fn seconds(self) -> u64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => DAY,
            Self::Months => duration::MONTH,
            Self::Years => duration::YEAR,
        }
    }
}

impl RawCondition {
    /// The condition, or what is wrong with it.
    pub fn read(self) -> Result<ResourceCondition, String> {
        let short = self.types.iter().find(|kind| kind.trim_matches('*').len() < 4);
        if let Some(kind) = short {
            return Err(format!("in `[[rule.resource]]`: the type `{kind}` is shorter than four letters; write it out"));
        }
        if self.types.is_empty() || self.when.is_empty() {
            return Err("in `[[rule.resource]]`: give `types`, and in `when` at least one test".to_owned());
        }
        let tests: Vec<Test> = self.when.into_iter().map(RawTest::read).collect::<Result<_, _>>()?;
        if let Some(block) = &self.block {
            inside(block, &tests)?;
        }
        if let Some(hole) = self.message.iter().chain(&self.snippet).find_map(|text| unknown_hole(text)) {
            return Err(format!(
                "in `[[rule.resource]]`: nothing is known as `{hole}`; a message may hold {{name}}, {{value}} and {{length}}, a snippet {{name}}"
            ));
        }
        Ok(ResourceCondition { types: self.types, block: self.block, tests, message: self.message, snippet: self.snippet, severity: self.severity })
    }
}

/// Whether every test of a block asks for what is in it: one of an attribute elsewhere would never hold, or always.
fn inside(block: &str, tests: &[Test]) -> Result<(), String> {
    if block.is_empty() {
        return Err("in `[[rule.resource]]`: `block` is empty; leave it out to look at the whole resource".to_owned());
    }
    let is_elsewhere = |test: &&Test| {
        let is_link = matches!(test.comparison, Comparison::Linked(_) | Comparison::Unlinked(_) | Comparison::Refers(_));
        let is_in = test.attribute.strip_prefix(block).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        !is_link && !is_in && !test.attribute.starts_with('$')
    };
    match tests.iter().find(is_elsewhere) {
        Some(test) => Err(format!("in `when`: `{}` is not in the block `{block}`; write it as `{block}.…`", test.attribute)),
        None => Ok(()),
    }
}

/// A word in braces that stands for nothing: `{nam}`.
fn unknown_hole(text: &str) -> Option<&str> {
    let inner = text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(inner, _)| inner));
    let is_word = |inner: &&str| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    inner.filter(is_word).find(|inner| !HOLES.contains(inner))
}

/// What a message may hold.
const HOLES: [&str; 3] = ["name", "value", "length"];
/// Attributes that are none, and what they stand for.
const SPECIAL: [&str; 2] = ["$speaking", "$context"];

impl RawTest {
    /// The test, or what is wrong with it.
    pub fn read(self) -> Result<Test, String> {
        if self.attribute.starts_with('$') && !SPECIAL.contains(&self.attribute.as_str()) {
            return Err(format!("in `when`: `{}` is no attribute; there are $speaking, what the resource is called, and $context", self.attribute));
        }
        if self.attribute.contains(['[', ']']) && !self.attribute.ends_with("[]") {
            return Err(format!("in `when`: `{}` has an index; every element of a list is looked at, so write the path without it", self.attribute));
        }
        if self.unit.is_some() && self.longer_than.is_none() && self.shorter_than.is_none() {
            return Err("in `when`: `unit` goes with `longer_than` and `shorter_than`".to_owned());
        }
        let unit = self.unit.unwrap_or_default().seconds();
        let length =
            |text: &str| duration::length(text).map(|l| l.seconds).ok_or_else(|| format!("in `when`: `{text}` is no length of time; write it as 90d or 24h"));
        let mut all: Vec<Comparison> = Vec::new();
        all.extend(self.is.map(|is| match is {
            Is::Absent => Comparison::Absent,
            Is::Unset => Comparison::Unset,
            Is::Present => Comparison::Present,
            Is::Past => Comparison::Past,
        }));
        all.extend((!self.equals.is_empty()).then_some(Comparison::Equals(self.equals)));
        all.extend((!self.not.is_empty()).then_some(Comparison::Not(self.not)));
        if let Some(regex) = self.matches {
            derive::parse(&regex).map_err(|error| format!("in `when`: {error}"))?;
            all.push(Comparison::Matches(Condition::new(&regex)));
        }
        if let Some(regex) = self.lacks {
            derive::parse(&regex).map_err(|error| format!("in `when`: {error}"))?;
            all.push(Comparison::Lacks(Condition::new(&regex)));
        }
        if let Some(regex) = self.in_none {
            derive::parse(&regex).map_err(|error| format!("in `when`: {error}"))?;
            all.push(Comparison::InNone(Condition::new(&regex)));
        }
        if let Some(text) = self.longer_than {
            all.push(Comparison::LongerThan { seconds: length(&text)?, unit });
        }
        if let Some(text) = self.shorter_than {
            all.push(Comparison::ShorterThan { seconds: length(&text)?, unit });
        }
        if let Some(text) = self.later_than {
            all.push(Comparison::LaterThan { seconds: length(&text)?, from: self.from.clone() });
        } else if self.from.is_some() {
            return Err("in `when`: `from` goes with `later_than`".to_owned());
        }
        all.extend((!self.linked.is_empty()).then_some(Comparison::Linked(self.linked)));
        all.extend((!self.refers.is_empty()).then_some(Comparison::Refers(self.refers)));
        all.extend((!self.unlinked.is_empty()).then_some(Comparison::Unlinked(self.unlinked)));
        let comparison = all.pop().filter(|_| all.is_empty());
        let comparison = comparison.ok_or(
            "in `when`: give exactly one of `is`, `equals`, `not`, `matches`, `lacks`, `in_none`, `longer_than`, `shorter_than`, `later_than`, `linked`, `unlinked`, `refers`",
        )?;
        if self.attribute.is_empty() && !matches!(comparison, Comparison::Linked(_) | Comparison::Unlinked(_)) {
            return Err("in `when`: the key `attribute` is missing".to_owned());
        }
        Ok(Test { attribute: self.attribute, comparison })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ResourceCondition, String> {
        toml::from_str::<RawCondition>(text).map_err(|error| error.message().to_owned())?.read()
    }

    #[test]
    fn conditions_are_read() {
        let condition = read("types = ['aws_x']\nwhen = [{ attribute = 'a.b', longer_than = '90d', unit = 'days' }, { unlinked = ['aws_y'] }]").unwrap();
        assert_eq!(
            condition.tests,
            [
                Test { attribute: "a.b".into(), comparison: Comparison::LongerThan { seconds: 90 * DAY, unit: DAY } },
                Test { attribute: String::new(), comparison: Comparison::Unlinked(vec!["aws_y".into()]) },
            ]
        );
    }

    #[test]
    fn blocks_names_and_braces_that_are_right_are_taken() {
        for text in [
            "types = ['aws_x']\nblock = 'b'\nwhen = [{ attribute = 'b.c', is = 'absent' }, { attribute = '$speaking', matches = 'x' }, { unlinked = ['aws_y'] }]",
            "types = ['aws_x']\nwhen = [{ attribute = 'a[]', is = 'absent' }]\nmessage = '`{name}` is {value}'\nsnippet = 'a { b = aws_y.{name}.id }'",
            "types = ['aws_x']\nwhen = [{ attribute = 'a', is = 'absent' }]\nsnippet = 'a = { x, {y: 1} }'",
        ] {
            read(text).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, what) in [
            ("types = []\nwhen = [{ attribute = 'a', is = 'absent' }]", "give `types`"),
            ("types = ['*']\nwhen = [{ attribute = 'a', is = 'absent' }]", "shorter than four"),
            ("types = ['aws_x']\nwhen = []", "at least one test"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a' }]", "exactly one of"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', is = 'absent', equals = ['x'] }]", "exactly one of"),
            ("types = ['aws_x']\nwhen = [{ is = 'absent' }]", "`attribute` is missing"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', longer_than = 'soon' }]", "no length of time"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', is = 'past', from = 'b' }]", "goes with `later_than`"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', matches = '(' }]", "bad pattern"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', equal = ['x'] }]", "unknown field"),
            ("types = ['aws_x']\nwhen = [{ attribute = '$name', equals = ['x'] }]", "`$name` is no attribute"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a[0].b', equals = ['x'] }]", "has an index"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', equals = ['x'], unit = 'days' }]", "`unit` goes with"),
            ("types = ['aws_x']\nblock = ''\nwhen = [{ attribute = 'a', equals = ['x'] }]", "`block` is empty"),
            ("types = ['aws_x']\nblock = 'b'\nwhen = [{ attribute = 'bc', equals = ['x'] }]", "`bc` is not in the block `b`"),
            ("types = ['aws_x']\nwhen = [{ attribute = 'a', equals = ['x'] }]\nmessage = '`{nam}` is open'", "nothing is known as `nam`"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(what), "{text}: {message}");
        }
    }
}

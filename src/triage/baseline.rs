//! Findings that are accepted as they are: a file that names each by what it is, not by the line it stands on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Commit, Finding, RuleId, Status};
use crate::text::value::date::Date;

/// Raised when the file changes its meaning.
const VERSION: u32 = 1;

/// The first line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u32,
    salt: String,
}

/// Findings of one rule on one value in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, relative to the folder of the baseline.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// Keyed digest of the finding's fingerprint.
    pub digest: String,
    /// How many of them.
    pub count: usize,
    /// The day on which it was accepted.
    pub date: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Entry {
    fn key(&self) -> (&str, &str, &str) {
        (&self.path, &self.rule, &self.digest)
    }

    /// The entry on a line of the file, if one is.
    pub fn on_line(line: &str) -> Option<Self> {
        parse_entry(line.trim().strip_prefix(',')?).ok()
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.as_deref().and_then(|day| day.parse().ok()).is_some_and(|last: Date| last < today)
    }
}

/// A baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Makes the digests of one baseline say nothing about those of another.
    pub salt: String,
    /// Its entries, sorted by path, rule and digest, none twice.
    pub entries: Vec<Entry>,
}

/// Why a text is no baseline.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadBaseline {
    /// The line of the file, 1-based.
    pub line: usize,
    why: String,
}

impl Baseline {
    /// An empty one with this salt.
    pub fn new(salt: String) -> Self {
        Self { salt, entries: Vec::new() }
    }

    /// Reads the file. It is JSON, an array on which every line but the last is an element: each is read by itself, so that a mistake has a line.
    pub fn parse(text: &str) -> Result<Self, BadBaseline> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (number, first) = lines.next().unwrap_or((1, ""));
        let bad = |line, why: &str| BadBaseline { line, why: why.to_owned() };
        let first = first.trim().strip_prefix('[').ok_or_else(|| bad(number, "no baseline of this program begins like this"))?;
        let head: Head = serde_json::from_str(first).map_err(|error| bad(number, &told(&error)))?;
        if head.version != VERSION {
            return Err(bad(number, &format!("it is of version {}, and this program reads version {VERSION}", head.version)));
        }
        let mut baseline = Self::new(head.salt);
        let mut is_closed = false;
        for (number, line) in lines {
            match line.trim().strip_prefix(',') {
                Some(entry) if !is_closed => baseline.entries.push(parse_entry(entry).map_err(|why| bad(number, &why))?),
                _ if line.starts_with("<<<<<<<") => {
                    return Err(bad(number, "a merge conflict; keep the lines of both sides, as `merge=union` in .gitattributes does by itself"));
                }
                None if line.trim() == "]" && !is_closed => is_closed = true,
                _ => return Err(bad(number, "an entry begins with a comma, and `]` ends the file")),
            }
        }
        if !is_closed {
            return Err(bad(text.lines().count(), "the last line `]` is missing"));
        }
        baseline.sort();
        Ok(baseline)
    }

    /// The text of the file: one line for each entry, all alike, so that two branches that add entries do not touch the same line.
    pub fn text(&self) -> String {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let mut out = format!("[{}\n", json(serde_json::to_string(&Head { version: VERSION, salt: self.salt.clone() })));
        for entry in &self.entries {
            let _ = writeln!(out, ",{}", json(serde_json::to_string(entry)));
        }
        out.push_str("]\n");
        out
    }

    /// Sorts; what a merge has made of one entry twice becomes one.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| a.key().cmp(&b.key()));
        self.entries.dedup_by(|later, kept| {
            let is_same = later.key() == kept.key();
            if is_same {
                kept.count = kept.count.max(later.count);
            }
            is_same
        });
    }

    /// The digest of a finding under the salt of this baseline.
    pub fn digest(&self, finding: &Finding) -> String {
        finding.fingerprint.under(self.salt.as_bytes())
    }

    /// Entries for findings, at their paths as `path_of` says; what an entry of this baseline says of them is kept, and `fresh` says the rest.
    pub fn accept<'a>(&self, findings: impl Iterator<Item = &'a Finding>, path_of: impl Fn(&str) -> String, fresh: &Entry) -> Vec<Entry> {
        let mut entries: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for finding in findings {
            *entries.entry((path_of(&finding.place.relative), finding.rule.as_str().to_owned(), self.digest(finding))).or_default() += 1;
        }
        let paths: HashSet<String> = entries.keys().map(|(path, ..)| path.clone()).collect();
        let (mut here, mut moved) = (HashMap::new(), HashMap::new());
        for entry in &self.entries {
            if paths.contains(&entry.path) {
                here.entry((entry.digest.as_str(), entry.path.as_str())).or_insert(entry);
            } else {
                moved.entry(entry.digest.as_str()).or_insert(entry);
            }
        }
        let known = |path: &str, digest: &str| here.get(&(digest, path)).or_else(|| moved.get(digest)).copied();
        let entry = |((path, rule, digest), count): ((String, String, String), usize)| match known(&path, &digest) {
            Some(known) => Entry { path, rule, digest, count, ..known.clone() },
            None => Entry { path, rule, digest, count, ..fresh.clone() },
        };
        entries.into_iter().map(entry).collect()
    }
}

fn parse_entry(text: &str) -> Result<Entry, String> {
    let entry: Entry = serde_json::from_str(text).map_err(|error| told(&error))?;
    let days = std::iter::once(("date", Some(&entry.date))).chain([("expires", entry.expires.as_ref())]);
    for (key, day) in days.filter_map(|(key, day)| Some((key, day?))) {
        day.parse::<Date>().map_err(|why| format!("what `{key}` says is {why}"))?;
    }
    Ok(entry)
}

/// What the parser says, without the place, which is that of a line.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// A baseline at work in one run.
pub struct Ledger<'a> {
    baseline: &'a Baseline,
    today: Date,
    /// How much of the entry of the same index is left.
    left: Vec<usize>,
    /// Entries of which something is spent.
    spent: Vec<usize>,
    /// The commit whose findings are marked.
    commit: Option<Arc<Commit>>,
    /// Whether something that an entry names was found at all.
    met: Vec<bool>,
    by_digest: HashMap<&'a str, Candidates<'a>>,
    is_gone: Vec<bool>,
    /// From the root of the scan to the folder of the baseline: what stands before a path of a finding.
    prefix: String,
}

/// The entries of one digest, by their indices.
#[derive(Default)]
struct Candidates<'a> {
    by_path: HashMap<&'a str, Vec<usize>>,
    /// Those whose files are gone, and how many of them are spent.
    moved: Vec<usize>,
    passed: usize,
}

impl<'a> Ledger<'a> {
    /// The baseline on the day `today`. `prefix` stands before the paths of findings, `is_gone` says whether a path of the baseline is there no more.
    pub fn new(baseline: &'a Baseline, today: Date, prefix: &str, is_gone: impl Fn(&str) -> bool) -> Self {
        let mut known: HashMap<&str, bool> = HashMap::new();
        let is_gone: Vec<bool> = baseline.entries.iter().map(|entry| *known.entry(&entry.path).or_insert_with(|| is_gone(&entry.path))).collect();
        let mut by_digest: HashMap<&str, Candidates> = HashMap::new();
        for (index, entry) in baseline.entries.iter().enumerate() {
            let candidates = by_digest.entry(&entry.digest).or_default();
            candidates.by_path.entry(&entry.path).or_default().push(index);
            candidates.moved.extend(is_gone[index].then_some(index));
        }
        let left = baseline.entries.iter().map(|entry| entry.count).collect();
        let (spent, met) = (Vec::new(), vec![false; baseline.entries.len()]);
        Self { baseline, today, left, spent, commit: None, met, by_digest, is_gone, prefix: prefix.to_owned() }
    }

    /// Marks the findings of one file that are accepted. Those outside of the lines that count come first: what is added beside an accepted one is new.
    pub fn mark(&mut self, findings: &mut [Finding], added: Option<&[(u32, u32)]>) {
        let Some(first) = findings.first() else { return };
        self.turn_to(first.place.commit.clone());
        for inside in [false, true] {
            for finding in findings.iter_mut() {
                if added.is_none_or(|added| super::is_in(super::lines_of(finding), added)) == inside {
                    self.mark_one(finding);
                }
            }
        }
    }

    /// Every commit has files of its own: what one of them has spent is there again for the next.
    fn turn_to(&mut self, commit: Option<Arc<Commit>>) {
        if self.commit != commit {
            self.commit = commit;
            for index in self.spent.drain(..) {
                let entry = &self.baseline.entries[index];
                self.left[index] = entry.count;
                self.by_digest.entry(&entry.digest).or_default().passed = 0;
            }
        }
    }

    fn mark_one(&mut self, finding: &mut Finding) {
        if self.by_digest.is_empty() || finding.rule.family() == "suppression" {
            return;
        }
        let digest = self.baseline.digest(finding);
        let path = format!("{}{}", self.prefix, finding.place.relative);
        let Some(candidates) = self.by_digest.get_mut(digest.as_str()) else { return };
        let here = candidates.by_path.get(path.as_str()).map(Vec::as_slice).unwrap_or_default();
        for &index in here {
            self.met[index] = true;
        }
        candidates.passed += candidates.moved[candidates.passed..].iter().take_while(|&&index| self.left[index] == 0).count();
        let moved = candidates.moved.get(candidates.passed);
        let Some(&index) = here.iter().find(|&&index| self.left[index] > 0).or(moved) else { return };
        let entry = &self.baseline.entries[index];
        self.met[index] = true;
        if !finding.is_active() {
            return;
        }
        if entry.is_expired(self.today) {
            let day = entry.expires.as_deref().unwrap_or_default();
            finding.notes.push(format!("it was accepted in the baseline until {day}"));
            return;
        }
        self.left[index] -= 1;
        self.spent.push(index);
        finding.status = Status::Baselined { reason: entry.reason.clone() };
    }

    /// Entries that name more than was found in files that were looked at, with what is left of each.
    pub fn stale(&self, was_scanned: impl Fn(&str) -> bool, is_on: impl Fn(&RuleId) -> bool) -> Vec<(&'a Entry, usize)> {
        let judged = |(index, entry): (usize, &'a Entry)| {
            let is_known = self.is_gone[index] || was_scanned(&entry.path);
            let is_stale = !self.met[index] || (self.left[index] > 0 && self.left[index] < entry.count);
            (is_known && is_stale && is_on(&RuleId::new(&entry.rule))).then_some((entry, self.left[index]))
        };
        self.baseline.entries.iter().enumerate().filter_map(judged).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::suppression::tests::{found, rules};

    fn entry(path: &str, finding: &Finding, baseline: &Baseline) -> Entry {
        let (rule, digest) = (finding.rule.as_str().to_owned(), baseline.digest(finding));
        Entry { path: path.to_owned(), rule, digest, count: 1, date: "2026-01-01".to_owned(), reason: Some("known".to_owned()), expires: None }
    }

    fn marked(entries: impl Fn(&Baseline, &Finding) -> Vec<Entry>, gone: &[&str], number: usize) -> Vec<bool> {
        let rules = rules();
        let mut baseline = Baseline::new("salt".to_owned());
        baseline.entries = entries(&baseline, &found(0, (3, 3), &rules));
        let mut ledger = Ledger::new(&baseline, "2026-06-01".parse().unwrap(), "", |path| gone.contains(&path));
        let mut findings: Vec<Finding> = (0..number).map(|line| found(0, (u32::try_from(line).unwrap() + 50, 60), &rules)).collect();
        ledger.mark(&mut findings, None);
        findings.iter().map(|finding| !finding.is_active()).collect()
    }

    #[test]
    fn an_entry_mutes_as_often_as_it_says_wherever_the_line_is() {
        assert_eq!(marked(|b, f| vec![entry("src/x", f, b)], &[], 2), [true, false]);
        assert_eq!(marked(|b, f| vec![Entry { count: 2, ..entry("src/x", f, b) }], &[], 2), [true, true]);
        assert_eq!(marked(|b, f| vec![Entry { digest: "0".to_owned(), ..entry("src/x", f, b) }], &[], 1), [false]);
    }

    #[test]
    fn a_rename_keeps_it_and_a_copy_is_new() {
        assert_eq!(marked(|b, f| vec![entry("src/old", f, b)], &["src/old"], 2), [true, false]);
        assert_eq!(marked(|b, f| vec![entry("src/old", f, b)], &[], 1), [false]);
    }

    #[test]
    fn an_expired_entry_mutes_nothing_and_is_said() {
        let until = |day: &str| marked(|b, f| vec![Entry { expires: Some(day.to_owned()), ..entry("src/x", f, b) }], &[], 1);
        assert_eq!((until("2026-06-01"), until("2026-05-31")), (vec![true], vec![false]));
    }

    #[test]
    fn what_is_added_beside_an_accepted_one_is_new() {
        let rules = rules();
        let mut baseline = Baseline::new("salt".to_owned());
        baseline.entries = vec![entry("src/x", &found(0, (3, 3), &rules), &baseline)];
        let mut findings = [found(0, (2, 2), &rules), found(0, (7, 7), &rules)];
        Ledger::new(&baseline, Date::default(), "", |_| false).mark(&mut findings, Some(&[(2, 2)]));
        assert_eq!(findings.each_ref().map(Finding::is_active), [true, false]);
    }

    #[test]
    fn the_file_is_read_as_it_is_written_and_is_json() {
        let rules = rules();
        let mut baseline = Baseline::new("salt".to_owned());
        let one = entry("src/\"x\"\n", &found(0, (3, 3), &rules), &baseline);
        baseline.entries = vec![one.clone(), Entry { path: "a".to_owned(), expires: Some("2027-01-01".to_owned()), reason: None, ..one }];
        baseline.sort();
        let text = baseline.text();
        assert_eq!(text.lines().count(), 4);
        assert_eq!(Baseline::parse(&text).unwrap(), baseline);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap().as_array().unwrap().len(), 3);
        let twice = text.replace("]\n", &format!("{}\n]\n", text.lines().nth(1).unwrap()));
        assert_eq!(Baseline::parse(&twice).unwrap(), baseline, "both sides of a merge added it");
    }

    #[test]
    fn mistakes_have_a_line() {
        let head = "[{\"version\":1,\"salt\":\"x\"}\n";
        for (text, line, part) in [
            (String::new(), 1, "no baseline"),
            ("[{\"version\":2,\"salt\":\"\"}\n]".to_owned(), 1, "version 2"),
            (format!("{head},{{\"rule\":1}}\n]"), 2, "invalid type"),
            (format!("{head}<<<<<<< HEAD\n]"), 2, "merge conflict"),
            (head.to_owned(), 1, "`]` is missing"),
            (format!("{head}{{}}\n]"), 2, "begins with a comma"),
            (format!("{head},{{\"path\":\"\",\"rule\":\"\",\"digest\":\"\",\"count\":1,\"date\":\"soon\"}}\n]"), 2, "what `date` says is not a date"),
        ] {
            let error = Baseline::parse(&text).unwrap_err();
            assert!(error.line == line && error.why.contains(part), "{error}");
        }
    }
}

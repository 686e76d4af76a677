//! What git prints of a difference: changed files, and the lines that each of them gained.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::model::Added;

use super::call::{GitError, os_string, text};

/// A list of changed files with their object ids.
pub const LIST: [&str; 2] = ["--raw", "-z"];
/// Hunks without context.
pub const PATCH: [&str; 3] = ["--patch", "--unified=0", "--inter-hunk-context=0"];
/// How two trees are compared. No program of the repository's choice takes part.
pub const OPTIONS: [&str; 9] =
    ["-r", "--full-index", "--no-abbrev", "--find-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none", "--submodule=short"];

/// One file that a change touches and that is there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind of entry it is.
    pub mode: Mode,
    /// The object before, in hexadecimal digits; zeros where there was none.
    pub old: String,
    /// The object afterwards.
    pub new: String,
    /// Path from the root of the repository.
    pub path: PathBuf,
}

/// What kind of entry of a tree something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// The entries of one comparison, behind the commit that heads them where git prints one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The commit, in hexadecimal digits; empty where there is none.
    pub commit: String,
    /// Files that are there afterwards.
    pub entries: Vec<Entry>,
    /// Paths in conflict: what they will be is not decided.
    pub unmerged: Vec<PathBuf>,
}

/// Reads `--raw -z`. Returns the comparisons and what follows behind an empty name: the patch, where there is one.
pub fn comparisons(bytes: &[u8]) -> Result<(Vec<Comparison>, &[u8]), GitError> {
    let mut all: Vec<Comparison> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let token = token(&mut rest)?;
        if token.is_empty() {
            return Ok((all, rest));
        }
        let Some(meta) = token.strip_prefix(b":") else {
            all.push(Comparison { commit: text(token).to_owned(), ..Comparison::default() });
            continue;
        };
        if all.is_empty() {
            all.push(Comparison::default());
        }
        let Some(comparison) = all.last_mut() else { continue };
        match entry(text(meta), &mut rest)? {
            Met::File(entry) => comparison.entries.push(entry),
            Met::Unmerged(path) => comparison.unmerged.push(path),
            Met::Gone => {}
        }
    }
    Ok((all, rest))
}

fn token<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], GitError> {
    let end = memchr::memchr(0, rest).ok_or(GitError::Unexpected)?;
    let token = &rest[..end];
    *rest = &rest[end + 1..];
    Ok(token)
}

/// What a path is after a change.
enum Met {
    File(Entry),
    Unmerged(PathBuf),
    Gone,
}

/// `100644 100644 OLD NEW M`, then the path, for a rename both paths.
fn entry(meta: &str, rest: &mut &[u8]) -> Result<Met, GitError> {
    let mut words = meta.split(' ');
    let mut word = || words.next().ok_or(GitError::Unexpected);
    let (_, mode, old, new, status) = (word()?, word()?, word()?, word()?, word()?);
    let mut path = token(rest)?;
    if status.starts_with(['R', 'C']) {
        path = token(rest)?;
    }
    let path = os_string(path).into();
    let mode = match mode {
        _ if status.starts_with('U') => return Ok(Met::Unmerged(path)),
        "120000" => Mode::Link,
        "160000" => Mode::Submodule,
        _ if mode.starts_with("100") => Mode::File,
        _ => return Ok(Met::Gone),
    };
    Ok(Met::File(Entry { mode, old: old.to_owned(), new: new.to_owned(), path }))
}

/// The lines that each pair of blobs, before and after, has gained.
#[derive(Debug, Default)]
pub struct Patches(HashMap<(String, String), Added>);

impl Patches {
    /// Reads a patch of hunks without context. Content is passed over by the counts in the hunks' heads, so that no line of it is taken for a head.
    pub fn read(patch: &[u8]) -> Result<Self, GitError> {
        let mut patches = Self::default();
        let mut current: Option<(String, String)> = None;
        let mut rest = patch;
        while !rest.is_empty() {
            let line = line(&mut rest);
            if let Some(head) = line.strip_prefix(b"index ") {
                let (pair, _) = text(head).split_once(' ').unwrap_or((text(head), ""));
                let (old, new) = pair.split_once("..").ok_or(GitError::Unexpected)?;
                let pair = (old.to_owned(), new.to_owned());
                patches.0.entry(pair.clone()).or_insert_with(|| Added::Lines(Vec::new()));
                current = Some(pair);
            } else if line.starts_with(b"diff --git ") {
                current = None;
            } else if let (Some(head), Some(pair)) = (line.strip_prefix(b"@@ "), &current) {
                let (removed, added) = hunk(text(head.split(|byte| *byte == b'@').next().unwrap_or_default())).ok_or(GitError::Unexpected)?;
                for _ in 0..removed.1 + added.1 {
                    self::line(&mut rest);
                }
                patches.gain(pair, added);
            } else if let (true, Some(pair)) = (line.starts_with(b"Binary files "), &current) {
                patches.0.insert(pair.clone(), Added::All);
            }
        }
        Ok(patches)
    }

    fn gain(&mut self, pair: &(String, String), (first, count): (u32, u32)) {
        if let (1.., Some(Added::Lines(lines))) = (count, self.0.get_mut(pair)) {
            let range = (first, first.saturating_add(count - 1));
            if lines.last().is_none_or(|last| last.1 < range.0) {
                lines.push(range);
            }
        }
    }

    /// What a file has gained. A change of its kind, from a link to a file, is told as two; what is not told at all counts whole.
    pub fn of(&self, entry: &Entry) -> Added {
        if entry.old == entry.new {
            return Added::Lines(Vec::new());
        }
        if is_none(&entry.old) {
            return Added::All;
        }
        self.0.get(&(entry.old.clone(), entry.new.clone())).cloned().unwrap_or(Added::All)
    }
}

/// Whether an object id is that of nothing.
pub fn is_none(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// The next line, without its end. A line `\ No newline at end of file` belongs to the one before it.
fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = &rest[..end];
    *rest = rest.get(end + 1..).unwrap_or_default();
    if rest.starts_with(b"\\ ") {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        *rest = &rest[end..];
    }
    line
}

/// First line and number of lines.
type Range = (u32, u32);

/// `-1,2 +3,4 ` as removed and added lines.
fn hunk(head: &str) -> Option<(Range, Range)> {
    let mut words = head.trim().split(' ');
    let range = |word: &str| match word.split_once(',') {
        Some((first, count)) => Some((first.parse().ok()?, count.parse().ok()?)),
        None => Some((word.parse().ok()?, 1)),
    };
    Some((range(words.next()?.strip_prefix('-')?)?, range(words.next()?.strip_prefix('+')?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const NONE: &str = "0000000000000000000000000000000000000000";

    fn entry_of(old: &str, new: &str) -> Entry {
        Entry { mode: Mode::File, old: old.to_owned(), new: new.to_owned(), path: "x".into() }
    }

    #[test]
    fn entries_are_read_with_their_commits() {
        let raw = format!(
            "{A}\0:100644 100644 {A} {B} M\0a b\0:100644 100755 {A} {B} R090\0old\0new\n\0:100644 000000 {A} {NONE} D\0gone\0{B}\0:000000 160000 {NONE} {A} A\0sub\0"
        );
        let (all, rest) = comparisons(raw.as_bytes()).unwrap();
        assert!(rest.is_empty());
        let told: Vec<_> = all.iter().map(|c| (c.commit.as_str(), c.entries.iter().map(|e| (e.mode, e.path.to_str().unwrap())).collect::<Vec<_>>())).collect();
        assert_eq!(told, [(A, vec![(Mode::File, "a b"), (Mode::File, "new\n")]), (B, vec![(Mode::Submodule, "sub")])]);
        let (one, patch) = comparisons(format!(":100644 100644 {A} {B} M\0x\0\0diff --git").as_bytes()).map(|(all, rest)| (all.len(), rest.len())).unwrap();
        assert_eq!((one, patch), (1, 10));
        assert!(comparisons(b":100644").is_err() && comparisons(b":1\0").is_err());
    }

    #[test]
    fn hunks_say_which_lines_were_added_and_content_is_never_taken_for_a_head() {
        let patch = format!(
            "diff --git a/x b/x\nindex {A}..{B} 100644\n--- a/x\n+++ b/x\n@@ -1,0 +2 @@ q\n+@@ -1 +900 @@\n@@ -4,2 +6,3 @@\n-index a..b\n-x\n+diff --git a/y b/y\n+y\n+z\n\\ No newline at end of file\n@@ -9 +11,0 @@\n-gone\n"
        );
        let patches = Patches::read(patch.as_bytes()).unwrap();
        assert_eq!(patches.of(&entry_of(A, B)), Added::Lines(vec![(2, 2), (6, 8)]));
        assert_eq!(patches.of(&entry_of(B, A)), Added::All, "what is not told counts whole");
        assert_eq!(patches.of(&entry_of(A, A)), Added::Lines(vec![]), "a change of mode or name adds nothing");
        assert_eq!(patches.of(&entry_of(NONE, B)), Added::All);
    }

    #[test]
    fn a_binary_file_counts_whole() {
        let patch = format!("diff --git a/x b/x\nindex {A}..{B} 100644\nBinary files a/x and b/x differ\n");
        assert_eq!(Patches::read(patch.as_bytes()).unwrap().of(&entry_of(A, B)), Added::All);
    }
}

//! What git prints of a difference: changed files, and the lines that each of them gained.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::path::PathBuf;

use crate::model::Added;

use super::call::{GitError, os_string, text};

/// A list of changed files with their object ids.
pub const LIST: [&str; 2] = ["--raw", "-z"];
/// Hunks without context, of files that were there before and still are: of a new one every line is added.
pub const PATCH: [&str; 4] = ["--patch", "--unified=0", "--inter-hunk-context=0", "--diff-filter=ad"];
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

impl Entry {
    /// Whether what it gained is known without its lines: nothing, or all.
    pub fn is_told_by_itself(&self) -> bool {
        self.old == self.new || is_none(&self.old)
    }
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
    /// Paths that are there no more.
    pub gone: Vec<PathBuf>,
}

/// Reads `--raw -z`.
pub fn comparisons(bytes: &[u8]) -> Result<Vec<Comparison>, GitError> {
    let mut all: Vec<Comparison> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let token = token(&mut rest)?;
        let Some(meta) = token.strip_prefix(b":") else {
            all.push(Comparison { commit: text(token).to_owned(), ..Comparison::default() });
            continue;
        };
        if all.is_empty() {
            all.push(Comparison::default());
        }
        let Some(comparison) = all.last_mut() else { continue };
        read_entry(text(meta), &mut rest, comparison)?;
    }
    Ok(all)
}

fn token<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], GitError> {
    let end = memchr::memchr(0, rest).ok_or(GitError::Unexpected)?;
    let token = &rest[..end];
    *rest = &rest[end + 1..];
    Ok(token)
}

/// `100644 100644 OLD NEW M`, then the path, for a rename both paths.
fn read_entry(meta: &str, rest: &mut &[u8], comparison: &mut Comparison) -> Result<(), GitError> {
    let mut words = meta.split(' ');
    let mut word = || words.next().ok_or(GitError::Unexpected);
    let (_, mode, old, new, status) = (word()?, word()?, word()?, word()?, word()?);
    let mut path = token(rest)?;
    if status.starts_with(['R', 'C']) {
        comparison.gone.extend(status.starts_with('R').then(|| PathBuf::from(os_string(path))));
        path = token(rest)?;
    }
    let path = os_string(path).into();
    let mode = match mode {
        _ if status.starts_with('U') => {
            comparison.unmerged.push(path);
            return Ok(());
        }
        "120000" => Mode::Link,
        "160000" => Mode::Submodule,
        _ if mode.starts_with("100") => Mode::File,
        _ => {
            comparison.gone.push(path);
            return Ok(());
        }
    };
    comparison.entries.push(Entry { mode, old: old.to_owned(), new: new.to_owned(), path });
    Ok(())
}

/// The lines that each pair of blobs, before and after, has gained.
#[derive(Debug, Default)]
pub struct Patches(HashMap<(String, String), Added>);

impl Patches {
    /// Reads a patch of hunks without context. Content is passed over by the counts in the hunks' heads, so that no line of it is taken for a head.
    pub fn read(patch: &mut dyn BufRead) -> Result<Self, GitError> {
        let mut patches = Self::default();
        let mut current: Option<(String, String)> = None;
        let mut line = Vec::new();
        loop {
            line.clear();
            if patch.read_until(b'\n', &mut line).map_err(GitError::Broken)? == 0 {
                return Ok(patches);
            }
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
                for _ in 0..u64::from(removed.1) + u64::from(added.1) {
                    pass_line(patch).map_err(GitError::Broken)?;
                }
                patches.gain(pair, added);
            } else if let (true, Some(pair)) = (line.starts_with(b"Binary files "), &current) {
                patches.0.insert(pair.clone(), Added::All);
            }
        }
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

/// Passes over a line of content. A line `\ No newline at end of file` belongs to the one before it.
fn pass_line(patch: &mut dyn BufRead) -> io::Result<()> {
    patch.skip_until(b'\n')?;
    if patch.fill_buf()?.first() == Some(&b'\\') {
        patch.skip_until(b'\n')?;
    }
    Ok(())
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
        let all = comparisons(raw.as_bytes()).unwrap();
        let told: Vec<_> = all.iter().map(|c| (c.commit.as_str(), c.entries.iter().map(|e| (e.mode, e.path.to_str().unwrap())).collect::<Vec<_>>())).collect();
        assert_eq!(told, [(A, vec![(Mode::File, "a b"), (Mode::File, "new\n")]), (B, vec![(Mode::Submodule, "sub")])]);
        assert_eq!(all[0].gone, ["old", "gone"].map(PathBuf::from));
        assert!(comparisons(b":100644").is_err() && comparisons(b":1\0").is_err());
    }

    #[test]
    fn hunks_say_which_lines_were_added_and_content_is_never_taken_for_a_head() {
        let patch = format!(
            "diff --git a/x b/x\nindex {A}..{B} 100644\n--- a/x\n+++ b/x\n@@ -1,0 +2 @@ q\n+@@ -1 +900 @@\n@@ -4,2 +6,3 @@\n-index a..b\n-x\n+diff --git a/y b/y\n+y\n+z\n\\ No newline at end of file\n@@ -9 +11,0 @@\n-gone\n"
        );
        let patches = Patches::read(&mut patch.as_bytes()).unwrap();
        assert_eq!(patches.of(&entry_of(A, B)), Added::Lines(vec![(2, 2), (6, 8)]));
        assert_eq!(patches.of(&entry_of(B, A)), Added::All, "what is not told counts whole");
        assert_eq!(patches.of(&entry_of(A, A)), Added::Lines(vec![]), "a change of mode or name adds nothing");
        assert_eq!(patches.of(&entry_of(NONE, B)), Added::All);
    }

    #[test]
    fn a_binary_file_counts_whole() {
        let patch = format!("diff --git a/x b/x\nindex {A}..{B} 100644\nBinary files a/x and b/x differ\n");
        assert_eq!(Patches::read(&mut patch.as_bytes()).unwrap().of(&entry_of(A, B)), Added::All);
    }
}

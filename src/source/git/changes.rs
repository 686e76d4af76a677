//! Changes of a repository as files with the lines that they gained: what is staged, the difference of two commits, commits one by one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::model::{Added, Commit, Scope};

use super::call::{self, Git, GitError, text};
use super::diff::{self, Comparison, Entry, Mode, Patches};
use super::range::{self, Link, RangeError, Repository};

/// Commits that one call of git compares, so that memory stays bounded.
const COMMITS_AT_ONCE: usize = 200;

/// Which changes are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What `git commit` would commit.
    Staged,
    /// What a range amounts to in the end, from the commit that both sides come from.
    Diff(String),
    /// The same, and what a commit on the way adds that is gone in the end.
    DiffAndRemoved(String),
    /// What each commit of a range adds.
    Commits(String),
    /// Every version of every file.
    History(History),
}

/// Which history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Names of commits, whose ancestors count. Paths that name a commit are names too; where there is none at all, it is the one that is checked out.
    pub references: Vec<String>,
    /// All references and every stash.
    pub all: bool,
    /// Also blobs that no reference leads to.
    pub unreachable: bool,
    /// A shallow clone is an error.
    pub must_be_full: bool,
}

/// Changes that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Which.
    pub change: Change,
    /// The absolute folder in which git is asked, and which paths are relative to.
    pub folder: PathBuf,
    /// Only these files and folders; all where none.
    pub paths: Vec<PathBuf>,
    /// A range without commits is no error.
    pub allow_empty: bool,
    /// What to say where there are no changes.
    pub hint: Option<String>,
}

/// A file of a change and what it gained.
#[derive(Debug)]
pub struct Changed {
    /// The file afterwards.
    pub entry: Entry,
    /// The lines that it gained.
    pub added: Added,
    /// The commit, where each counts by itself.
    pub commit: Option<Arc<Commit>>,
}

/// What was found in a repository.
#[derive(Debug, Default)]
pub struct Found {
    /// Where the folder lies below the root.
    pub prefix: PathBuf,
    /// Files that gained something, or are no files.
    pub files: Vec<Changed>,
    /// Files that only lost something, and those that are gone.
    pub reduced: Vec<PathBuf>,
    /// Files in conflict, of which nothing was read.
    pub unmerged: BTreeSet<PathBuf>,
    /// What was looked at.
    pub scope: Scope,
}

/// What one comparison shows.
struct Side {
    /// Files that are there afterwards, with the lines that each gained.
    files: Vec<(Entry, Added)>,
    unmerged: Vec<PathBuf>,
    gone: Vec<PathBuf>,
}

impl Changes {
    /// Looks into the repository. Of a history only files that are wanted count, so that a blob is known by a path under which it is scanned.
    /// Files of more than `largest` bytes are not scanned, so that of those no lines are told apart.
    pub fn find(&self, largest: u64, is_wanted: &mut dyn FnMut(&Path) -> bool) -> Result<Found, RangeError> {
        let git = Git::new(&self.folder).up_to(largest);
        let repository = Repository::of(&git)?;
        if !matches!(self.change, Change::History(_)) {
            range::check_paths(&git, &self.paths)?;
        }
        let found = match &self.change {
            Change::Staged => self.staged(&git, &repository)?,
            Change::Diff(spec) => self.net(&git, &repository, spec)?,
            Change::DiffAndRemoved(spec) => self.net_and_removed(&git, &repository, spec)?,
            Change::Commits(spec) => self.commits(&git, &repository, spec)?,
            Change::History(history) => self.history((&git, &repository), history, is_wanted)?,
        };
        Ok(Found { prefix: repository.prefix, ..found })
    }

    /// What was asked for, in the words of a person.
    pub fn what(&self) -> String {
        match &self.change {
            Change::Staged => "what is staged".to_owned(),
            Change::Diff(spec) | Change::DiffAndRemoved(spec) => format!("the difference `{spec}`"),
            Change::Commits(spec) => format!("the commits `{spec}`"),
            Change::History(_) => "the history".to_owned(),
        }
    }

    fn staged(&self, git: &Git, repository: &Repository) -> Result<Found, RangeError> {
        let compare = |head: &str| self.compare(git, &["diff-index", "--cached", "--ita-invisible-in-index"], &[head]);
        let against_head = match compare("HEAD") {
            Err(GitError::Refused(_)) if range::is_unborn(git)? => compare(&empty_tree(git)?),
            compared => compared,
        };
        let mut sides = vec![against_head?];
        for head in &repository.merging {
            sides.push(compare(head)?);
        }
        let unmerged: BTreeSet<PathBuf> = sides.iter_mut().flat_map(|side| std::mem::take(&mut side.unmerged)).collect();
        let (files, reduced) = shared(sides, None);
        let mut what = "what is staged".to_owned();
        if !unmerged.is_empty() {
            what.push_str(" and not in conflict");
        } else if files.is_empty() {
            "nothing that adds a line is staged".clone_into(&mut what);
            if let Some(hint) = &self.hint {
                what = format!("{what}; {hint}");
            }
        }
        Ok(Found { files, reduced, unmerged, scope: Scope { what, ..Scope::default() }, ..Found::default() })
    }

    fn net(&self, git: &Git, repository: &Repository, spec: &str) -> Result<Found, RangeError> {
        let net = range::net(git, repository, spec)?;
        if net.commits == 0 && !self.allow_empty {
            return Err(RangeError::Empty(spec.to_owned()));
        }
        let (files, reduced) = shared(vec![self.compare(git, &["diff-tree"], &[&net.base, &net.head])?], None);
        let (base, head) = range::sides(spec);
        let add = if net.commits == 1 { "adds" } else { "add" };
        let what = format!("what {} of {head} {add} since {}, the common commit with {base}", count(net.commits), &net.base[..10.min(net.base.len())]);
        let what = if files.is_empty() { format!("{what}, which is nothing") } else { what };
        let scope = Scope { what, base: Some(net.base), head: Some(net.head), commits: Some(net.commits) };
        Ok(Found { files, reduced, scope, ..Found::default() })
    }

    /// The net difference comes first: what its files show is not told of a commit again.
    fn net_and_removed(&self, git: &Git, repository: &Repository, spec: &str) -> Result<Found, RangeError> {
        let mut found = self.net(git, repository, spec)?;
        let between = format!("{}..{}", found.scope.base.as_deref().unwrap_or_default(), found.scope.head.as_deref().unwrap_or_default());
        found.files.extend(self.of_all_commits(git, &range::commits(git, repository, &between)?)?);
        found.scope.what.push_str(", and what they add on the way");
        Ok(found)
    }

    fn commits(&self, git: &Git, repository: &Repository, spec: &str) -> Result<Found, RangeError> {
        let links = range::commits(git, repository, spec)?;
        if links.is_empty() && !self.allow_empty {
            return Err(RangeError::Empty(spec.to_owned()));
        }
        let files = self.of_all_commits(git, &links)?;
        let what = format!("what each of {} of {spec} adds", count(links.len()));
        let what = if files.is_empty() { format!("{what}, which is nothing") } else { what };
        let head = links.last().map(|link| link.commit.id.clone());
        Ok(Found { files, scope: Scope { what, base: None, head, commits: Some(links.len()) }, ..Found::default() })
    }

    /// Every blob once, with the commit and the path that brought it in. A commit stands behind all that it follows, so the first to hold a blob is the one.
    fn history(&self, (git, repository): (&Git, &Repository), history: &History, is_wanted: &mut dyn FnMut(&Path) -> bool) -> Result<Found, RangeError> {
        if repository.is_shallow && history.must_be_full {
            return Err(RangeError::Shallow);
        }
        let (mut references, paths) = range::told_apart(git, repository, &self.paths)?;
        references.extend(history.references.iter().cloned());
        let links = range::history(git, repository, if history.all { None } else { Some(&references) })?;
        if links.is_empty() && !self.allow_empty {
            return Err(RangeError::Empty("HEAD".to_owned()));
        }
        let limited = Self { paths, ..self.clone() };
        let (mut seen, mut files) = (HashSet::new(), Vec::new());
        let mut is_new = |entry: &Entry| entry.mode == Mode::File && is_wanted(&entry.path) && seen.insert(entry.new.clone());
        for some in links.chunks(COMMITS_AT_ONCE * 10) {
            let input: String = some.iter().flat_map(|link| [link.commit.id.as_str(), "\n"]).collect();
            let raw = call::feed(limited.trees(git, &["--raw", "-z", "--no-renames"]), input.as_bytes())?;
            let comparisons = diff::comparisons(&raw)?;
            let mut links = some.iter().map(|link| Arc::new(link.commit.clone())).peekable();
            for comparison in comparisons {
                while links.next_if(|commit| commit.id != comparison.commit).is_some() {}
                let commit = links.peek().cloned().ok_or(GitError::Unexpected)?;
                let new = comparison.entries.into_iter().filter(|entry| is_new(entry));
                files.extend(new.map(|entry| Changed { entry, added: Added::All, commit: Some(commit.clone()) }));
            }
        }
        if history.all {
            files.extend(limited.referred(git)?.into_iter().filter(|changed| is_new(&changed.entry)));
        }
        let mut what = format!("every version of every file in {}", count(links.len()));
        if history.unreachable {
            let lost = unreachable(git, &seen)?;
            let blobs = if lost.len() == 1 { "1 blob" } else { &format!("{} blobs", lost.len()) };
            what = format!("{what} and {blobs} that nothing leads to");
            files.extend(lost);
        }
        if repository.is_shallow {
            what.push_str("; the clone is shallow, older commits are not in it");
        }
        Ok(Found { files, scope: Scope { what, base: None, head: None, commits: Some(links.len()) }, ..Found::default() })
    }

    /// Files that a reference leads to without a commit: a tag may name a tree or a blob, which is called as the tag is.
    fn referred(&self, git: &Git) -> Result<Vec<Changed>, RangeError> {
        let mut files = Vec::new();
        for (name, id, is_tree) in range::without_commit(git)? {
            let entries = if is_tree {
                self.compare(git, &["diff-tree"], &[&empty_tree(git)?, &id])?.files.into_iter().map(|(entry, _)| entry).collect()
            } else if self.paths.is_empty() {
                vec![Entry { mode: Mode::File, old: String::new(), new: id, path: PathBuf::from(name) }]
            } else {
                Vec::new()
            };
            files.extend(entries.into_iter().map(|entry| Changed { entry, added: Added::All, commit: None }));
        }
        Ok(files)
    }

    /// `git diff-tree` for the commits, or commits and parents, on the lines of its input.
    fn trees(&self, git: &Git, more: &[&str]) -> Command {
        let arguments = ["diff-tree", "--stdin", "--root", "--always", "-m"];
        let mut git = git.command(&[&arguments, &diff::OPTIONS[..], more].concat());
        git.arg("--").args(&self.paths);
        git
    }

    /// What each commit adds, some of them at a time.
    fn of_all_commits(&self, git: &Git, links: &[Link]) -> Result<Vec<Changed>, RangeError> {
        let mut files = Vec::new();
        for some in links.chunks(COMMITS_AT_ONCE) {
            files.extend(self.of_commits(git, some)?);
        }
        Ok(files)
    }

    /// What each commit adds. A merge adds what none of its parents has: how a conflict was resolved.
    fn of_commits(&self, git: &Git, links: &[Link]) -> Result<Vec<Changed>, RangeError> {
        let mut input = String::new();
        for link in links {
            let id = &link.commit.id;
            match link.parents.as_slice() {
                [] => input.extend([id, "\n"]),
                parents => parents.iter().for_each(|parent| input.extend([id, " ", parent, "\n"])),
            }
        }
        let raw = call::feed(self.trees(git, &diff::LIST), input.as_bytes())?;
        let patches = call::feed_to(self.trees(git, &diff::PATCH), input.as_bytes(), Patches::read)?;
        let mut comparisons = diff::comparisons(&raw)?.into_iter();
        let mut files = Vec::new();
        for link in links {
            let mut sides = Vec::new();
            for _ in 0..link.parents.len().max(1) {
                let comparison = comparisons.next().filter(|comparison| comparison.commit == link.commit.id).ok_or(GitError::Unexpected)?;
                sides.push(gained(comparison, &patches));
            }
            files.extend(shared(sides, Some(&Arc::new(link.commit.clone()))).0);
        }
        Ok(files)
    }

    fn compare(&self, git: &Git, command: &[&str], trees: &[&str]) -> Result<Side, GitError> {
        let call = |what: &[&str]| {
            let mut git = git.command(&[command, &diff::OPTIONS, what, trees].concat());
            git.arg("--").args(&self.paths);
            git
        };
        let comparison = diff::comparisons(&call::feed(call(&diff::LIST), b"")?)?.pop().unwrap_or_default();
        let is_told = comparison.entries.iter().all(Entry::is_told_by_itself);
        let patches = if is_told { Patches::default() } else { call::feed_to(call(&diff::PATCH), b"", Patches::read)? };
        Ok(gained(comparison, &patches))
    }
}

fn gained(comparison: Comparison, patches: &Patches) -> Side {
    let with_lines = |entry: Entry| {
        let added = patches.of(&entry);
        (entry, added)
    };
    Side { files: comparison.entries.into_iter().map(with_lines).collect(), unmerged: comparison.unmerged, gone: comparison.gone }
}

/// What every side shows as changed, with the lines that all of them show as added; and what every side shows as gone, or as nothing but less.
fn shared(sides: Vec<Side>, commit: Option<&Arc<Commit>>) -> (Vec<Changed>, Vec<PathBuf>) {
    let mut sides = sides.into_iter();
    let Some(Side { mut files, gone: mut reduced, .. }) = sides.next() else { return (Vec::new(), Vec::new()) };
    for side in sides {
        let by_path: HashMap<PathBuf, Added> = side.files.into_iter().map(|(entry, added)| (entry.path, added)).collect();
        let with_both = |(entry, added): (Entry, Added)| by_path.get(&entry.path).map(|other| added.and(other)).map(|added| (entry, added));
        files = files.into_iter().filter_map(with_both).collect();
        let gone: HashSet<PathBuf> = side.gone.into_iter().collect();
        reduced.retain(|path| gone.contains(path));
    }
    let mut changed = Vec::new();
    for (entry, added) in files {
        if added.is_nothing() {
            reduced.push(entry.path);
        } else {
            changed.push(Changed { entry, added, commit: commit.cloned() });
        }
    }
    (changed, reduced)
}

/// Blobs that are stored and were not seen. Nobody knows what they were called.
fn unreachable(git: &Git, seen: &HashSet<String>) -> Result<Vec<Changed>, GitError> {
    let all = git.run(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"])?;
    let blobs = all.split(|byte| *byte == b'\n').map(text).filter_map(|line| line.strip_prefix("blob ")).filter(|id| !seen.contains(*id));
    let lost = |id: &str| {
        let entry = Entry { mode: Mode::File, old: String::new(), new: id.to_owned(), path: Path::new("unreachable").join(id) };
        Changed { entry, added: Added::All, commit: None }
    };
    Ok(blobs.map(lost).collect())
}

fn empty_tree(git: &Git) -> Result<String, GitError> {
    Ok(text(&git.run_with(&["hash-object", "-t", "tree", "--stdin"], b"")?).to_owned())
}

fn count(commits: usize) -> String {
    if commits == 1 { "1 commit".to_owned() } else { format!("{commits} commits") }
}

/// The root of the repository that a folder lies in; the folder itself where there is none.
pub fn root_of(folder: &Path) -> PathBuf {
    folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder).to_path_buf()
}

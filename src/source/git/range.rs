//! Names of commits, ranges of them, and whether a clone holds them.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use crate::model::Commit;
use crate::text::value::date::Moment;

use super::call::{Git, GitError, path_of_line, text};

/// What a repository is, asked once.
#[derive(Debug)]
pub struct Repository {
    /// Where the working directory lies below its root, with a slash at the end; empty at the root.
    pub prefix: PathBuf,
    /// Commits whose parents were not fetched.
    pub cut: HashSet<String>,
    /// Whether some history was not fetched.
    pub is_shallow: bool,
    /// Commits that are being merged.
    pub merging: Vec<String>,
    /// Whether there are files beside the history.
    has_files: bool,
}

impl Repository {
    /// The repository of the folder in which git is called.
    pub fn of(git: &Git) -> Result<Self, GitError> {
        let questions = ["--is-shallow-repository", "--is-inside-work-tree", "--git-path", "shallow", "--git-path", "MERGE_HEAD", "--show-prefix"];
        let output = git.run(&[&["rev-parse"], &questions[..]].concat())?;
        let mut lines = output.splitn(5, |byte| *byte == b'\n');
        let mut line = || lines.next().ok_or(GitError::Unexpected);
        let (is_shallow, has_files) = (text(line()?) == "true", text(line()?) == "true");
        let (shallow, merge, prefix) = (path_of_line(line()?), path_of_line(line()?), path_of_line(line()?));
        let ids = |path: PathBuf| fs::read_to_string(git.folder().join(path)).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
        let cut = if is_shallow { ids(shallow).into_iter().collect() } else { HashSet::new() };
        Ok(Self { prefix, cut, is_shallow, merging: ids(merge), has_files })
    }
}

/// Why a range cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// git does not answer.
    #[error("{0}")]
    Git(#[from] GitError),
    /// It is no name of a commit.
    #[error("`{0}` is no revision; write the name or the id of a commit")]
    Option(String),
    /// No such commit here.
    #[error("there is no commit `{name}` in this clone; {advice}")]
    Unknown {
        /// As typed.
        name: String,
        /// What to fetch.
        advice: String,
    },
    /// No commit that both come from.
    #[error("`{base}` and `{head}` have no common commit in this clone; {advice}")]
    Unrelated {
        /// As typed.
        base: String,
        /// As typed.
        head: String,
        /// What to fetch.
        advice: &'static str,
    },
    /// A shallow clone ends inside the range.
    #[error("this clone is shallow and ends at {0}, inside the range; run `git fetch --unshallow`, or check out with a fetch-depth of 0")]
    Cut(String),
    /// A clone that does not hold all, where all is asked for.
    #[error("this clone is shallow; run `git fetch --unshallow`, or check out with a fetch-depth of 0")]
    Shallow,
    /// A path that is nowhere.
    #[error("{0} is neither here nor in any commit; check its spelling")]
    NoPath(String),
    /// A word that is no name and no path.
    #[error("{0} is neither a commit nor a file, here or in any commit; check its spelling")]
    Nothing(String),
    /// A name of two things.
    #[error("`{0}` is a commit and a file; write --history={0} or ./{0}")]
    Ambiguous(String),
    /// A range that holds no commit.
    #[error("there is no commit in `{0}`; check both ends, or pass --allow-empty")]
    Empty(String),
}

/// What to do where a clone lacks a common commit.
const DEEPEN: &str = "it is shallow: run `git fetch --unshallow`, or check out with a fetch-depth of 0";

/// The id of the commit that `name` names.
pub fn resolve(git: &Git, repository: &Repository, name: &str) -> Result<String, RangeError> {
    check(name)?;
    let name = if name.is_empty() { "HEAD" } else { name };
    match git.run(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]) {
        Ok(id) => Ok(text(&id).to_owned()),
        Err(GitError::Refused(_)) => Err(RangeError::Unknown { name: name.to_owned(), advice: advice(repository, name) }),
        Err(error) => Err(error.into()),
    }
}

/// Whether nothing was committed yet.
pub fn is_unborn(git: &Git) -> Result<bool, GitError> {
    match git.run(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) {
        Ok(_) => Ok(false),
        Err(GitError::Refused(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// A range of nothing but dots is what a script writes whose variables are empty.
fn check_range(spec: &str) -> Result<(), RangeError> {
    if spec.bytes().all(|byte| byte == b'.') { Err(RangeError::Option(spec.to_owned())) } else { check(spec) }
}

fn check(name: &str) -> Result<(), RangeError> {
    let is_bad = name.starts_with('-') || name.chars().any(char::is_control);
    if is_bad { Err(RangeError::Option(name.escape_debug().to_string())) } else { Ok(()) }
}

fn advice(repository: &Repository, name: &str) -> String {
    let branch = name.strip_prefix("origin/").unwrap_or(name);
    let is_plain = branch.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)) && branch != "HEAD";
    match (is_plain, repository.is_shallow) {
        _ if name == "origin/HEAD" => "run `git remote set-head origin --auto`, or name the branch: --diff origin/main".to_owned(),
        (true, true) => format!("run `git fetch --unshallow origin {branch}`, or check out with a fetch-depth of 0"),
        (true, false) => format!("run `git fetch origin {branch}`"),
        (false, true) => "the clone is shallow: run `git fetch --unshallow`, or check out with a fetch-depth of 0".to_owned(),
        (false, false) => "check its spelling, or fetch it".to_owned(),
    }
}

/// `BASE..HEAD`, `BASE...HEAD` and `BASE` as two names; a side that is left out is `HEAD`.
pub fn sides(spec: &str) -> (&str, &str) {
    let (base, head) = spec.split_once("...").or_else(|| spec.split_once("..")).unwrap_or((spec, ""));
    (or_head(base), or_head(head))
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}

/// A net difference: from the commit that both sides come from to the second.
#[derive(Debug)]
pub struct Net {
    /// The commit before the changes.
    pub base: String,
    /// The commit after them.
    pub head: String,
    /// How many commits lie between.
    pub commits: usize,
}

/// The net difference that `spec` names.
pub fn net(git: &Git, repository: &Repository, spec: &str) -> Result<Net, RangeError> {
    check_range(spec)?;
    let (base_name, head_name) = sides(spec);
    let (base, head) = (resolve(git, repository, base_name)?, resolve(git, repository, head_name)?);
    let merge_base = match git.run(&["merge-base", &base, &head]) {
        Ok(id) => text(&id).to_owned(),
        Err(GitError::Refused(_)) => {
            let advice = if repository.is_shallow { DEEPEN } else { "--commits reads the commits of a range one by one" };
            return Err(RangeError::Unrelated { base: base_name.to_owned(), head: head_name.to_owned(), advice });
        }
        Err(error) => return Err(error.into()),
    };
    // A base that leads to the head is the common commit whatever is cut away; any other may have a nearer one behind the cut.
    if repository.is_shallow && merge_base != base {
        whole(repository, list(git, &[format!("{base}...{head}")])?)?;
    }
    let count = git.run(&["rev-list", "--count", &format!("{merge_base}..{head}")])?;
    let commits = text(&count).parse().map_err(|_| GitError::Unexpected)?;
    Ok(Net { base: merge_base, head, commits })
}

/// A commit and those it follows.
#[derive(Debug)]
pub struct Link {
    /// The commit.
    pub commit: Commit,
    /// Its parents.
    pub parents: Vec<String>,
}

/// The commits of a range, the oldest first.
pub fn commits(git: &Git, repository: &Repository, spec: &str) -> Result<Vec<Link>, RangeError> {
    check_range(spec)?;
    let is_range = spec.contains("..");
    let (base, head) = sides(spec);
    let head = resolve(git, repository, if is_range { head } else { spec })?;
    let mut names = vec![head];
    if is_range {
        let base = resolve(git, repository, base)?;
        names = if spec.contains("...") { vec![format!("{base}...{}", names[0])] } else { vec![names.remove(0), format!("^{base}")] };
    }
    whole(repository, list(git, &names)?)
}

/// These commits, if the clone does not end among them.
fn whole(repository: &Repository, links: Vec<Link>) -> Result<Vec<Link>, RangeError> {
    match links.iter().find(|link| repository.cut.contains(&link.commit.id)) {
        Some(cut) => Err(RangeError::Cut(cut.commit.short().to_owned())),
        None => Ok(links),
    }
}

/// That each of these paths is here or was once: a misspelt one would only look like one without changes.
pub fn check_paths(git: &Git, paths: &[PathBuf]) -> Result<(), RangeError> {
    for path in paths.iter().filter(|path| fs::symlink_metadata(git.folder().join(path)).is_err()) {
        let one = std::slice::from_ref(path);
        let is_known = |arguments: &[&str]| git.run_on(arguments, one).map(|found| !found.is_empty());
        if !is_known(&["ls-files", "-z"])? && !is_known(&["rev-list", "--max-count=1", "--all"])? {
            return Err(RangeError::NoPath(path.display().to_string().escape_debug().to_string()));
        }
    }
    Ok(())
}

/// Which of these are names of commits and which are paths, as git tells them apart: what is both is neither.
pub fn told_apart(git: &Git, repository: &Repository, words: &[PathBuf]) -> Result<(Vec<String>, Vec<PathBuf>), RangeError> {
    let (mut names, mut paths) = (Vec::new(), Vec::new());
    for word in words {
        let name = word.to_str().filter(|name| check(name).is_ok() && resolve(git, repository, name).is_ok());
        let is_here = repository.has_files && fs::symlink_metadata(git.folder().join(word)).is_ok();
        match name {
            Some(name) if is_here => return Err(RangeError::Ambiguous(name.to_owned())),
            Some(name) => names.push(name.to_owned()),
            None => paths.push(word.clone()),
        }
    }
    match check_paths(git, &paths) {
        Err(RangeError::NoPath(word)) => Err(RangeError::Nothing(word)),
        checked => checked.map(|()| (names, paths)),
    }
}

/// References that lead to no commit: their names, the objects they lead to, and whether those are trees; else they are blobs.
pub fn without_commit(git: &Git) -> Result<Vec<(String, String, bool)>, GitError> {
    let all = git.run(&["for-each-ref", "--format=%(objecttype) %(refname)"])?;
    let names = all.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"commit "));
    let mut input = Vec::new();
    for name in names.filter_map(|line| line.splitn(2, |byte| *byte == b' ').nth(1)) {
        input.extend([name, b"^{} ", name, b"\n"].concat());
    }
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let found = git.run_with(&["cat-file", "--batch-check=%(objecttype) %(objectname) %(rest)"], &input)?;
    let lead = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let mut words = line.splitn(3, ' ');
        let (kind, id, name) = (words.next()?, words.next()?, words.next()?);
        matches!(kind, "tree" | "blob").then(|| (name.to_owned(), id.to_owned(), kind == "tree"))
    };
    Ok(found.split(|byte| *byte == b'\n').filter_map(lead).collect())
}

/// All commits that lead to some references, the oldest first: to the one that is checked out where none is named, to all and every stash for `None`.
pub fn history(git: &Git, repository: &Repository, references: Option<&[String]>) -> Result<Vec<Link>, RangeError> {
    let mut names = references.unwrap_or_default().iter().map(|name| resolve(git, repository, name)).collect::<Result<Vec<_>, _>>()?;
    if references.is_some_and(<[String]>::is_empty) {
        names.push(resolve(git, repository, "HEAD")?);
    } else if references.is_none() {
        names.push("--all".to_owned());
        // Of the stashes only the last has a reference, the others stand in its log.
        if text(&git.run(&["for-each-ref", "--format=%(refname)", "refs/stash"])?) == "refs/stash" {
            let stashes = git.run_on(&["rev-list", "--walk-reflogs", "refs/stash"], &[])?;
            names.extend(stashes.split(|byte| *byte == b'\n').map(text).filter(|id| !id.is_empty()).map(str::to_owned));
        }
    }
    Ok(list(git, &names)?)
}

fn list(git: &Git, names: &[String]) -> Result<Vec<Link>, GitError> {
    let arguments: Vec<&str> = ["rev-list", "--reverse", "--topo-order", "--format=%H %at %P"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let output = git.run_on(&arguments, &[])?;
    let lines = output.split(|byte| *byte == b'\n').map(text).filter(|line| !line.is_empty() && !line.starts_with("commit "));
    lines.map(link).collect::<Option<Vec<_>>>().ok_or(GitError::Unexpected)
}

fn link(line: &str) -> Option<Link> {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let (id, seconds) = (words.next()?, words.next()?.parse().ok()?);
    Some(Link { commit: Commit { id: id.to_owned(), date: Moment { seconds }.date() }, parents: words.map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_that_are_left_out_are_head() {
        for (spec, expected) in [("main", ("main", "HEAD")), ("a..b", ("a", "b")), ("a...b", ("a", "b")), ("..b", ("HEAD", "b")), ("a..", ("a", "HEAD"))] {
            assert_eq!(sides(spec), expected, "{spec}");
        }
    }

    #[test]
    fn a_revision_is_never_an_option() {
        for name in ["--output=x", "-O", "a\nb"] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn commits_are_read_with_their_parents_and_their_day() {
        let merge = link("aa 86400 bb cc").unwrap();
        assert_eq!((merge.commit.date.to_string().as_str(), merge.parents), ("1970-01-02", vec!["bb".to_owned(), "cc".to_owned()]));
        assert!(link("aa 0 ").unwrap().parents.is_empty());
        assert!(link("aa").is_none());
    }
}

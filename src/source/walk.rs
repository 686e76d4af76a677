//! Walking folders in parallel: what is met, what an ignore file or an exclude hides.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::model::SkipReason;

use super::{IgnoreFiles, ListOptions, git, reason};

/// Folders (and, in a work tree or submodule, files) that belong to version control.
const VERSION_CONTROL: [&str; 5] = [".git", ".hg", ".svn", ".bzr", ".jj"];
/// Our own ignore file, in gitignore syntax.
pub const IGNORE_FILE: &str = ".aelixlintignore";
/// Names of files that hold secrets and are therefore ignored by git.
const SECRET_FILES: [&str; 11] =
    [".env", ".envrc", ".npmrc", ".pypirc", ".netrc", "credentials.json", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml", "terraform.tfvars"];
/// `.env.example` and its like hold no secrets.
const SAMPLE_SUFFIXES: [&str; 6] = [".example", ".sample", ".template", ".dist", ".defaults", ".tpl"];

/// Where the kernel shows itself as files: reading some of them blocks for ever, and none belongs to a project.
#[cfg(target_os = "linux")]
const KERNEL_FOLDERS: [&str; 2] = ["/proc", "/sys"];
#[cfg(not(target_os = "linux"))]
const KERNEL_FOLDERS: [&str; 0] = [];

/// One exclude, in gitignore syntax, relative to the folder `base`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Absolute folder that it is relative to.
    pub base: PathBuf,
    /// The pattern as written.
    pub glob: String,
}

/// An exclude that is no glob.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the exclude `{glob}`: {why}")]
pub struct BadGlob {
    glob: String,
    why: String,
}

/// Compiled excludes.
#[derive(Clone, Default)]
pub struct Excludes {
    matchers: Vec<Arc<(Pattern, Gitignore)>>,
}

impl Excludes {
    /// Compiles the patterns, in order: the last one that matches decides, `!` takes back.
    pub fn new(patterns: &[Pattern]) -> Result<Self, BadGlob> {
        Ok(Self { matchers: patterns.iter().map(|p| Ok(Arc::new((p.clone(), compile(p)?)))).collect::<Result<_, BadGlob>>()? })
    }

    /// Whether this path itself is excluded; what stands above it is not looked at.
    pub fn exclude(&self, path: &Path, is_folder: bool) -> bool {
        let verdicts = self.matchers.iter().rev().map(|m| m.1.matched(path, is_folder));
        verdicts.into_iter().find(|verdict| !verdict.is_none()).is_some_and(|verdict| verdict.is_ignore())
    }

    /// Whether this path or a folder that holds it is excluded.
    pub fn cover(&self, path: &Path, is_folder: bool) -> bool {
        self.exclude(path, is_folder) || path.ancestors().skip(1).any(|folder| self.is_below_a_base(folder) && self.exclude(folder, true))
    }

    /// The excludes without those that would hide the whole of the absolute folder `folder`.
    pub fn without_covering(&self, folder: &Path) -> Self {
        let child = folder.join("\u{1}any");
        let covers = |matcher: &Arc<(Pattern, Gitignore)>| {
            let one = Self { matchers: vec![matcher.clone()] };
            one.cover(folder, true) || one.exclude(&child, false)
        };
        Self { matchers: self.matchers.iter().filter(|m| !covers(m)).cloned().collect() }
    }

    fn is_below_a_base(&self, folder: &Path) -> bool {
        self.matchers.iter().any(|m| folder != m.0.base && folder.starts_with(&m.0.base))
    }
}

fn compile(pattern: &Pattern) -> Result<Gitignore, BadGlob> {
    let bad = |error: &ignore::Error| BadGlob { glob: pattern.glob.clone(), why: glob_error(error) };
    let mut builder = GitignoreBuilder::new(&pattern.base);
    builder.add_line(None, &pattern.glob).map_err(|e| bad(&e))?;
    builder.build().map_err(|e| bad(&e))
}

fn glob_error(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

/// What a walk met.
#[derive(Debug)]
pub enum Met {
    /// A file of this many bytes.
    File(u64),
    /// Something to pass over.
    Skip(SkipReason),
    /// Something that cannot be read, and why.
    Error(String),
    /// Something that was not done in full.
    Notice(String),
}

/// The walk of one folder.
pub struct Walk<'a> {
    /// The folder as it is opened.
    pub folder: &'a Path,
    /// The same, absolute: what excludes are matched against.
    pub absolute: &'a Path,
    /// What is hidden below it.
    pub excludes: Excludes,
    /// The rest.
    pub options: &'a ListOptions,
}

impl Walk<'_> {
    /// Everything below the folder, by path relative to it, sorted bytewise.
    pub fn run(&self) -> Vec<(PathBuf, Met)> {
        let folder = fs::canonicalize(self.folder).unwrap_or_else(|_| self.folder.to_path_buf());
        let found = Mutex::new(Found::default());
        let mut builder = Visitors { folder: &folder, found: &found, options: self.options };
        self.walker(&folder).visit(&mut builder);
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.add_ignored_secrets(&folder, &mut found);
        add_kernel_folders(&folder, &mut found);
        found.met.sort_by(|a, b| a.0.as_os_str().as_encoded_bytes().cmp(b.0.as_os_str().as_encoded_bytes()));
        found.met
    }

    fn walker(&self, folder: &Path) -> ignore::WalkParallel {
        let honour = self.options.ignore_files == IgnoreFiles::Honour;
        let (excludes, root, absolute) = (self.excludes.clone(), folder.to_path_buf(), self.absolute.to_path_buf());
        let mut builder = WalkBuilder::new(folder);
        builder
            .standard_filters(false)
            .parents(honour)
            .git_ignore(honour)
            .git_exclude(honour)
            .git_global(honour)
            .require_git(false)
            .threads(self.options.threads)
            .skip_stdout(true)
            .filter_entry(move |entry| is_wanted(entry, &excludes, (&root, &absolute)));
        if honour {
            builder.add_custom_ignore_filename(IGNORE_FILE);
        }
        builder.build_parallel()
    }

    /// Adds the files that are known to hold secrets and were not met, hence ignored: an ignored file that git tracks is published all the same, the
    /// others are counted.
    fn add_ignored_secrets(&self, folder: &Path, found: &mut Found) {
        let Found { secrets, met } = found;
        if secrets.is_empty() {
            return;
        }
        let listed: HashSet<&Path> = met.iter().map(|(path, _)| path.as_path()).collect();
        let hidden = |path: &PathBuf| !listed.contains(path.as_path()) && !self.excludes.exclude(&self.absolute.join(path), false);
        let ignored: Vec<PathBuf> = secrets.iter().filter(|path| hidden(path)).cloned().collect();
        let tracked = if ignored.is_empty() { HashSet::new() } else { git::tracked(folder, &ignored) };
        let mut own = OwnIgnores::default();
        met.extend(ignored.into_iter().map(|path| {
            let size = (tracked.contains(&path) && !own.hide(&folder.join(&path))).then(|| fs::metadata(folder.join(&path)).ok());
            let verdict = size.flatten().map_or(Met::Skip(SkipReason::IgnoredSecretFile), |metadata| Met::File(metadata.len()));
            (path, verdict)
        }));
    }
}

/// Our own ignore files, each read once.
#[derive(Default)]
pub struct OwnIgnores(HashMap<PathBuf, Option<Gitignore>>);

impl OwnIgnores {
    /// Whether they hide this file, whatever git thinks of it.
    pub fn hide(&mut self, path: &Path) -> bool {
        path.ancestors().skip(1).find_map(|folder| self.verdict(folder, path)).unwrap_or(false)
    }

    /// What the one in a folder above the file says of it.
    fn verdict(&mut self, folder: &Path, path: &Path) -> Option<bool> {
        if !self.0.contains_key(folder) {
            let file = folder.join(IGNORE_FILE);
            self.0.insert(folder.to_path_buf(), file.is_file().then(|| Gitignore::new(file).0));
        }
        let verdict = self.0.get(folder)?.as_ref()?.matched_path_or_any_parents(path, false);
        (!verdict.is_none()).then(|| verdict.is_ignore())
    }
}

/// `roots` are the folder as walked and as excludes know it.
fn is_wanted(entry: &DirEntry, excludes: &Excludes, roots: (&Path, &Path)) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if VERSION_CONTROL.iter().any(|name| entry.file_name() == OsStr::new(name)) || is_kernel_folder(entry.path()) {
        return false;
    }
    if excludes.matchers.is_empty() {
        return true;
    }
    let within = entry.path().strip_prefix(roots.0).unwrap_or(entry.path());
    !excludes.exclude(&roots.1.join(within), entry.file_type().is_some_and(|kind| kind.is_dir()))
}

fn is_kernel_folder(path: &Path) -> bool {
    // Paths are compared part by part, which takes long: the last part is looked at first.
    KERNEL_FOLDERS.iter().any(|folder| path.as_os_str().as_encoded_bytes().ends_with(&folder.as_bytes()[1..]) && path == Path::new(folder))
}

/// Says which folders of the kernel a walk has passed over.
fn add_kernel_folders(folder: &Path, found: &mut Found) {
    for path in KERNEL_FOLDERS.map(Path::new) {
        if let Some(within) = path.strip_prefix(folder).ok().filter(|within| !within.as_os_str().is_empty() && path.is_dir()) {
            let text = "not walked: files of the kernel, some of which never end".to_owned();
            found.met.push((within.to_path_buf(), Met::Notice(text)));
        }
    }
}

#[derive(Default)]
struct Found {
    met: Vec<(PathBuf, Met)>,
    /// Files with names of secret files, met by name in visited folders.
    secrets: Vec<PathBuf>,
}

struct Visitors<'a> {
    folder: &'a Path,
    found: &'a Mutex<Found>,
    options: &'a ListOptions,
}

impl<'s> ParallelVisitorBuilder<'s> for Visitors<'s> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { folder: self.folder, shared: self.found, options: self.options, own: Found::default() })
    }
}

/// Collects by itself and hands over once, when its thread is done.
struct Visitor<'a> {
    folder: &'a Path,
    shared: &'a Mutex<Found>,
    options: &'a ListOptions,
    own: Found,
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.met.append(&mut self.own.met);
        shared.secrets.append(&mut self.own.secrets);
    }
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.entry(&entry),
            Err(error) => self.error(&error, None),
        }
        WalkState::Continue
    }
}

impl Visitor<'_> {
    fn entry(&mut self, entry: &DirEntry) {
        if let Some(error) = entry.error() {
            self.notice(error);
        }
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            self.look_for_secret_files(entry.path());
        } else if kind.is_file() && KERNEL_FOLDERS.iter().any(|folder| self.folder.starts_with(folder)) {
            self.push(entry.path(), Met::Skip(SkipReason::Special));
        } else if kind.is_file() {
            match entry.metadata() {
                Ok(metadata) => self.push(entry.path(), Met::File(metadata.len())),
                Err(error) => self.error(&error, Some(entry.path())),
            }
        } else {
            self.push(entry.path(), Met::Skip(if kind.is_symlink() { SkipReason::Link } else { SkipReason::Special }));
        }
    }

    fn push(&mut self, path: &Path, met: Met) {
        self.own.met.push((self.within(path), met));
    }

    fn within(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.folder).unwrap_or(path).to_path_buf()
    }

    /// Names alone, in folders that are walked anyway.
    fn look_for_secret_files(&mut self, folder: &Path) {
        if self.options.ignore_files == IgnoreFiles::Disregard {
            return;
        }
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if is_secret_file(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                self.own.secrets.push(self.within(&entry.path()));
            }
        }
    }

    fn error(&mut self, error: &ignore::Error, path: Option<&Path>) {
        let path = path.or_else(|| path_of(error)).unwrap_or(self.folder).to_path_buf();
        match error.io_error() {
            Some(io) => self.push(&path, Met::Error(reason(io))),
            None => self.notice(error),
        }
    }

    /// An ignore file with a bad line still hides what its other lines name.
    fn notice(&mut self, error: &ignore::Error) {
        let path = path_of(error).unwrap_or(self.folder).to_path_buf();
        self.push(&path, Met::Notice(format!("ignore file read in part: {}", ignore_file_error(error))));
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

fn ignore_file_error(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } => ignore_file_error(err),
        ignore::Error::WithLineNumber { line, err } => format!("line {line}: {}", ignore_file_error(err)),
        ignore::Error::Partial(errors) => errors.iter().map(ignore_file_error).collect::<Vec<_>>().join("; "),
        ignore::Error::Io(io) => reason(io),
        other => glob_error(other),
    }
}

fn is_secret_file(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    SECRET_FILES.contains(&name) || (name.starts_with(".env.") && !SAMPLE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)))
}

//! Floor 3: where bytes come from. Inputs are listed first, in a stable order, then read one by one.

pub mod archive;
mod git;
mod name;
pub mod read;
pub mod size;
pub mod stdin;
pub mod walk;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{GitBlob, Notice, Opened, Origin, RunError, Scope, Skip, SkipReason, Target};

pub use crate::text::failure::reason;
pub use git::{Change, Changes, History, Packs, hooks_folder, root_of};
pub use name::{lexical, slashed};
pub use read::{Buffer, Read, read};
pub use size::FileSize;
pub use walk::{BadGlob, Excludes, Pattern};

use name::{Argument, Root};
use walk::{Met, OwnIgnores, Walk};

/// One thing the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file or folder, as typed.
    Path(PathBuf),
    /// Standard input, under this name.
    Stdin(String),
    /// Changes of a repository.
    Changes(Changes),
}

/// Whether `.gitignore` and its relatives count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreFiles {
    /// What they name is passed over.
    Honour,
    /// They are ordinary files (`--no-ignore`).
    Disregard,
}

/// What happens to a path that is named and excluded at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedPaths {
    /// It is scanned: naming it is the stronger wish.
    WinOverExcludes,
    /// It is passed over (`--force-exclude`): hooks name every changed file.
    YieldToExcludes,
}

/// What happens to archives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Archives {
    /// They are binary files like others.
    #[default]
    Closed,
    /// What is in them is scanned (`--archives`).
    Opened,
}

/// What the plan decides about listing.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// Working directory, absolute: what typed paths and `relative` refer to.
    pub root: PathBuf,
    /// What is not scanned.
    pub excludes: Vec<Pattern>,
    /// Who wins for a named path.
    pub named_paths: NamedPaths,
    /// Whether ignore files count.
    pub ignore_files: IgnoreFiles,
    /// Larger files met in a walk are passed over.
    pub max_file_size: FileSize,
    /// Whether archives are opened: they may be larger than other files.
    pub archives: Archives,
    /// Absolute paths of the run's own output files.
    pub outputs: Vec<PathBuf>,
    /// Absolute paths of files and folders that decide what is reported, beside those that do by their name.
    pub deciding: Vec<(PathBuf, Deciding)>,
    /// Threads of the walk; 0: as many as there are cores.
    pub threads: usize,
}

impl ListOptions {
    /// What a path of a repository decides.
    fn deciding_of(&self, path: &Path) -> Option<Deciding> {
        let by_name = DECIDING.iter().find(|(name, _)| path.file_name().is_some_and(|found| found == *name));
        by_name.map(|(_, deciding)| *deciding).or_else(|| {
            let absolute = self.root.join(path);
            self.deciding.iter().find(|(decides, _)| absolute.starts_with(decides)).map(|(_, deciding)| *deciding)
        })
    }
}

/// What was listed, and what was not.
#[derive(Debug, Default)]
pub struct Listing {
    /// Inputs to scan: arguments in the order given, within each by path, none twice.
    pub targets: Vec<Target>,
    /// Inputs passed over.
    pub skipped: Vec<Skip>,
    /// What could not be listed.
    pub errors: Vec<RunError>,
    /// What was not done in full.
    pub notices: Vec<Notice>,
    /// The changes that were looked at, where not files were.
    pub scope: Option<Scope>,
    /// Baselines that they add to.
    pub baselines: Vec<BaselineEdit>,
}

impl Listing {
    /// Whether nothing was found that could have been scanned. What is excluded or too large was found, links and special files are no input.
    pub fn is_empty(&self) -> bool {
        let is_no_input = |reason| matches!(reason, SkipReason::IgnoredSecretFile | SkipReason::Link | SkipReason::Special);
        self.targets.is_empty() && self.skipped.iter().all(|skip| is_no_input(skip.reason))
    }
}

/// Lists the inputs in a stable order.
pub fn list(inputs: &[Input], options: &ListOptions) -> Result<Listing, BadGlob> {
    let excludes = Excludes::new(&options.excludes)?;
    let root = Root::new(&options.root, inputs);
    let mut lister = Lister { options, excludes, listing: Listing::default(), seen: (inputs.len() > 1).then(HashSet::new), passed: Vec::new() };
    for input in inputs {
        match input {
            Input::Stdin(name) => lister.stdin(name, &root),
            Input::Path(path) => lister.named(&Argument::new(path, &root)),
            Input::Changes(changes) => lister.changes(changes),
        }
    }
    Ok(lister.finish())
}

/// Whether this is read to its end like a file: what a shell gives for `<(…)`, `/dev/stdin`, a named pipe. Such a thing is never met in a walk.
#[cfg(unix)]
fn is_stream(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo() || metadata.file_type().is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_: &fs::Metadata) -> bool {
    false
}

/// What a file decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deciding {
    /// Rules and thresholds.
    Configuration,
    /// What is not scanned.
    Ignores,
    /// What is accepted.
    Baseline,
}

impl Deciding {
    /// What is said of an edit; of a baseline its entries are told instead.
    fn edited(self) -> Option<&'static str> {
        match self {
            Self::Configuration => Some("this change edits the configuration, which decides what is reported"),
            Self::Ignores => Some("this change edits what is not scanned"),
            Self::Baseline => None,
        }
    }
}

/// Files that decide by their name, wherever they lie.
const DECIDING: [(&str, Deciding); 4] = [
    ("aelix-lint.toml", Deciding::Configuration),
    (".aelix-lint.toml", Deciding::Configuration),
    (walk::IGNORE_FILE, Deciding::Ignores),
    (".aelix-lint-baseline.json", Deciding::Baseline),
];

/// A baseline that a change adds to.
#[derive(Debug, PartialEq, Eq)]
pub struct BaselineEdit {
    /// The file as a person would type it.
    pub display: Arc<str>,
    /// The file from the root of the scan.
    pub relative: Arc<str>,
    /// The lines that were added; none where they cannot be read.
    pub lines: Option<Vec<String>>,
}

/// The lines that a change adds to a file.
fn added_lines(folder: &Path, changed: &git::Changed) -> Option<Vec<String>> {
    let mut bytes = Vec::new();
    git::Blobs::open(folder).and_then(|mut blobs| blobs.read(&changed.entry.new, &mut bytes)).ok()?;
    let numbered = (1_u32..).zip(bytes.split(|byte| *byte == b'\n'));
    Some(numbered.filter(|(number, _)| changed.added.has(*number)).map(|(_, line)| String::from_utf8_lossy(line).into_owned()).collect())
}

/// Which paths of a repository are scanned.
struct Wanted<'a> {
    options: &'a ListOptions,
    excludes: &'a Excludes,
    ignores: OwnIgnores,
    /// A history names a path many times.
    known: HashMap<PathBuf, bool>,
}

impl Wanted<'_> {
    /// Whether this one is neither excluded, nor ignored by us, nor a report of this run.
    fn has(&mut self, path: &Path) -> bool {
        if let Some(&known) = self.known.get(path) {
            return known;
        }
        let absolute = self.options.root.join(path);
        let is_ignored = self.options.ignore_files == IgnoreFiles::Honour && self.ignores.hide(&absolute);
        let has = !is_ignored && !self.options.outputs.contains(&absolute) && !self.excludes.cover(&absolute, false);
        self.known.insert(path.to_path_buf(), has);
        has
    }
}

/// A path from the root of a repository, as a person would type it in its folder `prefix`.
fn seen_from(prefix: &Path, path: &Path) -> String {
    let mut shared = prefix.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    shared = shared.min(path.components().count().saturating_sub(1));
    let up = prefix.components().count() - shared;
    slashed(&std::iter::repeat_n(Path::new(".."), up).chain(path.components().skip(shared).map(|part| Path::new(part.as_os_str()))).collect::<PathBuf>())
}

struct Lister<'a> {
    options: &'a ListOptions,
    excludes: Excludes,
    listing: Listing,
    /// Absolute paths that are listed. One input alone meets nothing twice and needs no memory of it.
    seen: Option<HashSet<PathBuf>>,
    passed: Vec<(PathBuf, Skip)>,
}

impl Lister<'_> {
    /// Standard input is a named path: an editor that passes a file of an excluded folder expects nothing of it.
    fn stdin(&mut self, name: &str, root: &Root) {
        let argument = Argument::new(Path::new(name), root);
        if self.options.named_paths == NamedPaths::YieldToExcludes && self.excludes.cover(&argument.absolute, false) {
            self.skip(&argument, Path::new(""), SkipReason::Excluded);
        } else {
            self.listing.targets.push(Target::stdin(name));
        }
    }

    /// A path of the command line: scanned whatever its size, links followed, missing is an error.
    fn named(&mut self, argument: &Argument) {
        if self.options.outputs.contains(&argument.absolute) {
            return;
        }
        let metadata = match fs::metadata(&argument.path) {
            Ok(metadata) => metadata,
            Err(error) => return self.error(argument, Path::new(""), &reason(&error)),
        };
        let forced = self.options.named_paths == NamedPaths::YieldToExcludes;
        if forced && self.excludes.cover(&argument.absolute, metadata.is_dir()) {
            self.skip(argument, Path::new(""), SkipReason::Excluded);
        } else if metadata.is_dir() {
            self.folder(argument);
        } else if metadata.is_file() {
            self.target(argument, (Path::new(""), metadata.len()), Origin::File);
        } else if is_stream(&metadata) {
            self.target(argument, (Path::new(""), 0), Origin::Stream);
        } else {
            self.skip(argument, Path::new(""), SkipReason::Special);
        }
    }

    fn folder(&mut self, argument: &Argument) {
        let excludes = match self.options.named_paths {
            NamedPaths::WinOverExcludes => self.excludes.without_covering(&argument.absolute),
            NamedPaths::YieldToExcludes => self.excludes.clone(),
        };
        let walk = Walk { folder: &argument.path, absolute: &argument.absolute, excludes, options: self.options };
        for (within, met) in walk.run() {
            match met {
                Met::File(_) if self.options.outputs.iter().any(|o| *o == argument.absolute.join(&within)) => {}
                Met::File(size) if size > self.largest(&within) => self.skip(argument, &within, SkipReason::TooLarge),
                Met::File(size) => self.target(argument, (&within, size), Origin::File),
                Met::Skip(reason) => self.skip(argument, &within, reason),
                Met::Error(why) => self.error(argument, &within, &why),
                Met::Notice(message) => {
                    let (display, relative) = self.names(argument, &within);
                    self.listing.notices.push(Notice { display, relative, message });
                }
            }
        }
    }

    /// The size above which a file met in a walk is passed over. An archive is never read as a whole.
    fn largest(&self, path: &Path) -> u64 {
        let largest = self.options.max_file_size.bytes();
        if self.options.archives == Archives::Opened && archive::is_named(path) { largest.max(archive::MAX_ARCHIVE) } else { largest }
    }

    /// Changes of a repository. Where they cannot be read nothing was scanned, and that is an error.
    fn changes(&mut self, changes: &Changes) {
        let excludes = self.excludes.clone();
        let mut wanted = Wanted { options: self.options, excludes: &excludes, ignores: OwnIgnores::default(), known: HashMap::new() };
        match changes.find(self.options.max_file_size.bytes(), &mut |path| wanted.has(path)) {
            Ok(found) => self.changed(changes, found, &mut wanted),
            Err(why) => {
                let message = format!("cannot read {}: {why}", changes.what());
                self.listing.errors.push(RunError { display: None, relative: None, message });
                self.listing.scope = Some(Scope { what: changes.what(), ..Scope::default() });
            }
        }
    }

    fn changed(&mut self, changes: &Changes, found: git::Found, wanted: &mut Wanted) {
        if !matches!(changes.change, Change::History(_)) {
            self.muting(changes, &found);
        }
        let unmerged: Vec<&PathBuf> = found.unmerged.iter().filter(|path| wanted.has(path)).collect();
        let wanted: Vec<git::Changed> = found.files.into_iter().filter(|changed| wanted.has(&changed.entry.path)).collect();
        let files = wanted.iter().filter(|changed| changed.entry.mode == git::Mode::File).map(|changed| changed.entry.new.as_str());
        let sizes = match git::sizes(&git::Git::new(&changes.folder), files) {
            Ok(sizes) => sizes,
            Err(why) => {
                let message = format!("cannot read {}: {why}", changes.what());
                return self.listing.errors.push(RunError { display: None, relative: None, message });
            }
        };
        self.listing.scope = Some(found.scope);
        let repository = Opened::at(changes.folder.clone());
        for path in unmerged {
            let (display, relative): (Arc<str>, Arc<str>) = (seen_from(&found.prefix, path).into(), slashed(path).into());
            let message = format!("cannot read {display}: it is in conflict; resolve it, then `git add` it");
            self.listing.errors.push(RunError { display: Some(display), relative: Some(relative), message });
        }
        for changed in wanted {
            let relative: Arc<str> = slashed(&changed.entry.path).into();
            let display: Arc<str> = seen_from(&found.prefix, &changed.entry.path).into();
            let size = sizes.get(&changed.entry.new).copied();
            let skip = match (changed.entry.mode, size) {
                (git::Mode::Link, _) => Some(SkipReason::Link),
                (git::Mode::Submodule, _) => Some(SkipReason::Submodule),
                (git::Mode::File, Some(size)) if size > self.options.max_file_size.bytes() => Some(SkipReason::TooLarge),
                (git::Mode::File, _) => None,
            };
            match (skip, size) {
                (Some(reason), _) => self.listing.skipped.push(Skip { display, relative, reason }),
                (None, None) => {
                    let message = format!("cannot read {display}: its blob is not in this clone, which is partial; fetch it with `git checkout` first");
                    self.listing.errors.push(RunError { display: Some(display), relative: Some(relative), message });
                }
                (None, Some(size)) => {
                    let before = Some(changed.entry.old).filter(|id| !git::is_none(id));
                    let blob = GitBlob { id: changed.entry.new, before, added: changed.added, commit: changed.commit };
                    let (origin, place, within) = (Origin::Git(Arc::new(blob)), repository.clone(), relative.clone());
                    self.listing.targets.push(Target { origin, place, display, relative, within, explicit: false, size });
                }
            }
        }
    }

    /// What a reviewer should see: edits of files that can mute findings.
    fn muting(&mut self, changes: &Changes, found: &git::Found) {
        let edited = found.files.iter().filter(|changed| changed.commit.is_none());
        let edited = edited.map(|changed| (&changed.entry.path, Some(changed))).chain(found.reduced.iter().map(|path| (path, None)));
        for (path, gained) in edited {
            let Some(deciding) = self.options.deciding_of(path) else { continue };
            let (display, relative): (Arc<str>, Arc<str>) = (seen_from(&found.prefix, path).into(), slashed(path).into());
            match (deciding.edited(), gained) {
                (Some(message), _) => self.listing.notices.push(Notice { display, relative, message: message.to_owned() }),
                (None, Some(changed)) => self.listing.baselines.push(BaselineEdit { display, relative, lines: added_lines(&changes.folder, changed) }),
                (None, None) => {}
            }
        }
    }

    fn target(&mut self, argument: &Argument, (within, size): (&Path, u64), origin: Origin) {
        if self.is_new(|| argument.absolute.join(within)) {
            let place = Opened::below(&argument.path, within);
            let [display, relative, within_argument] = argument.names(within);
            let explicit = within.as_os_str().is_empty();
            self.listing.targets.push(Target { origin, place, display, relative, within: within_argument, explicit, size });
        }
    }

    fn is_new(&mut self, path: impl FnOnce() -> PathBuf) -> bool {
        self.seen.as_mut().is_none_or(|seen| seen.insert(path()))
    }

    fn skip(&mut self, argument: &Argument, within: &Path, reason: SkipReason) {
        let skip = Skip { display: argument.display(within), relative: argument.relative(within), reason };
        self.passed.push((argument.absolute.join(within), skip));
    }

    fn error(&mut self, argument: &Argument, within: &Path, why: &str) {
        let (display, relative) = self.names(argument, within);
        let message = format!("cannot read {display}: {why}");
        self.listing.errors.push(RunError { display: Some(display), relative: Some(relative), message });
    }

    /// What a path met in a walk is called. An ignore file of a folder above the argument comes absolute: it is called by its path from the root,
    /// above the root by its name alone in what leaves the machine.
    fn names(&self, argument: &Argument, within: &Path) -> (Arc<str>, Arc<str>) {
        if !within.is_absolute() {
            return (argument.display(within), argument.relative(within));
        }
        let root = fs::canonicalize(&self.options.root).unwrap_or_else(|_| self.options.root.clone());
        if let Ok(inside) = within.strip_prefix(&root) {
            return (slashed(inside).into(), slashed(inside).into());
        }
        let name = within.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (slashed(within).into(), name.into())
    }

    /// What one argument passed over and another one scans is scanned; what two pass over is counted once.
    fn finish(mut self) -> Listing {
        for (path, skip) in std::mem::take(&mut self.passed) {
            if self.is_new(|| path) {
                self.listing.skipped.push(skip);
            }
        }
        self.listing.errors.sort();
        self.listing.errors.dedup();
        self.listing.notices.sort();
        self.listing.notices.dedup();
        self.listing.targets.shrink_to_fit();
        self.listing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            for (name, text) in files {
                tree.write(name, text);
            }
            tree
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn options(&self) -> ListOptions {
            ListOptions {
                root: self.0.path().to_path_buf(),
                excludes: Vec::new(),
                named_paths: NamedPaths::WinOverExcludes,
                ignore_files: IgnoreFiles::Honour,
                max_file_size: FileSize::default(),
                archives: Archives::default(),
                outputs: Vec::new(),
                deciding: Vec::new(),
                threads: 2,
            }
        }

        fn excluding(&self, globs: &[&str]) -> ListOptions {
            let base = self.0.path().to_path_buf();
            ListOptions { excludes: globs.iter().map(|g| Pattern { base: base.clone(), glob: (*g).to_owned() }).collect(), ..self.options() }
        }

        fn list(&self, arguments: &[&str], options: &ListOptions) -> Listing {
            let inputs: Vec<Input> = arguments.iter().map(|a| Input::Path(self.0.path().join(a))).collect();
            list(&inputs, options).unwrap()
        }
    }

    fn names(listing: &Listing) -> Vec<&str> {
        listing.targets.iter().map(|t| &*t.display).collect()
    }

    fn passed(listing: &Listing) -> Vec<(&str, SkipReason)> {
        listing.skipped.iter().map(|s| (&*s.display, s.reason)).collect()
    }

    #[test]
    fn files_come_sorted_by_bytes_with_hidden_ones_and_without_version_control() {
        let tree = Tree::new(&[("b/x", ""), ("a.c", ""), ("a/z", ""), (".env", ""), (".github/w.yml", ""), (".git/config", ""), (".hg/x", ""), ("B", "")]);
        assert_eq!(names(&tree.list(&["."], &tree.options())), [".env", ".github/w.yml", "B", "a.c", "a/z", "b/x"]);
    }

    #[test]
    fn arguments_keep_their_order_and_nothing_comes_twice() {
        let tree = Tree::new(&[("a/1", ""), ("b/2", "")]);
        assert_eq!(names(&tree.list(&["b", "a/1", "."], &tree.options())), ["b/2", "a/1"]);
    }

    #[test]
    fn ignore_files_count_outside_a_repository_too() {
        let tree = Tree::new(&[(".gitignore", "out/\n"), ("out/a", ""), ("kept", ""), (".aelixlintignore", "*.snap\n"), ("x.snap", "")]);
        assert_eq!(names(&tree.list(&["."], &tree.options())), [".aelixlintignore", ".gitignore", "kept"]);
        let all = ListOptions { ignore_files: IgnoreFiles::Disregard, ..tree.options() };
        assert_eq!(names(&tree.list(&["."], &all)), [".aelixlintignore", ".gitignore", "kept", "out/a", "x.snap"]);
    }

    #[test]
    fn git_ignored_secret_files_are_counted() {
        let tree = Tree::new(&[(".gitignore", ".env*\n"), (".env", ""), ("sub/.env.local", ""), ("sub/.env.example", ""), ("sub/main.rs", "")]);
        let listing = tree.list(&["."], &tree.options());
        assert_eq!(names(&listing), [".gitignore", "sub/main.rs"]);
        assert_eq!(passed(&listing), [(".env", SkipReason::IgnoredSecretFile), ("sub/.env.local", SkipReason::IgnoredSecretFile)]);
    }

    #[test]
    fn a_tracked_secret_file_is_scanned_though_it_is_ignored() {
        let tree = Tree::new(&[(".gitignore", ".env*\n"), (".env", ""), (".env.local", ""), ("sub/.env", ""), ("own/.env", ""), ("big/.env", "0123456789")]);
        tree.write("own/.aelixlintignore", ".env\n");
        for arguments in [&["init", "-q"][..], &["add", "-f", ".env", "sub/.env", "own/.env", "big/.env"]] {
            assert!(std::process::Command::new("git").args(arguments).current_dir(tree.0.path()).status().unwrap().success());
        }
        let options = ListOptions { max_file_size: FileSize::new(9), ..tree.options() };
        let listing = tree.list(&["."], &options);
        assert_eq!(names(&listing), [".env", ".gitignore", "own/.aelixlintignore", "sub/.env"]);
        let (large, ignored) = (SkipReason::TooLarge, SkipReason::IgnoredSecretFile);
        assert_eq!(passed(&listing), [(".env.local", ignored), ("big/.env", large), ("own/.env", ignored)]);
        assert_eq!(names(&tree.list(&["sub"], &options)), ["sub/.env"]);
    }

    #[test]
    fn a_named_folder_overrides_the_exclude_that_covers_it_but_not_those_below() {
        let tree = Tree::new(&[("fixtures/demo/a", ""), ("fixtures/demo/b.snap", ""), ("src/c", "")]);
        for cover in ["fixtures/", "fixtures", "/fixtures/**", "fixtures/*", "**/demo"] {
            let options = tree.excluding(&[cover, "*.snap"]);
            assert_eq!(names(&tree.list(&["fixtures/demo"], &options)), ["fixtures/demo/a"], "{cover}");
        }
        assert_eq!(names(&tree.list(&["."], &tree.excluding(&["fixtures/"]))), ["src/c"]);
    }

    #[test]
    fn a_named_path_yields_to_excludes_when_forced() {
        let tree = Tree::new(&[("fixtures/a", ""), ("src/c", "")]);
        let options = ListOptions { named_paths: NamedPaths::YieldToExcludes, ..tree.excluding(&["fixtures/"]) };
        let listing = tree.list(&["fixtures/a", "src/c"], &options);
        assert_eq!(names(&listing), ["src/c"]);
        assert_eq!(passed(&listing), [("fixtures/a", SkipReason::Excluded)]);
        assert_eq!(names(&tree.list(&["fixtures/a"], &tree.excluding(&["fixtures/"]))), ["fixtures/a"]);
        let stdin = list(&[Input::Stdin("fixtures/b".to_owned())], &options).unwrap();
        assert_eq!(passed(&stdin), [("fixtures/b", SkipReason::Excluded)]);
    }

    #[test]
    fn a_large_file_is_passed_over_in_a_walk_and_scanned_when_named() {
        let tree = Tree::new(&[("big", "0123456789"), ("small", "0")]);
        let options = ListOptions { max_file_size: FileSize::new(5), ..tree.options() };
        let listing = tree.list(&["."], &options);
        assert_eq!((names(&listing), passed(&listing)), (vec!["small"], vec![("big", SkipReason::TooLarge)]));
        let listing = tree.list(&[".", "big"], &options);
        assert_eq!((names(&listing), passed(&listing)), (vec!["small", "big"], vec![]));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_counted_in_a_walk_and_followed_when_named() {
        let tree = Tree::new(&[("real/a", "")]);
        std::os::unix::fs::symlink("real", tree.0.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("gone", tree.0.path().join("broken")).unwrap();
        let listing = tree.list(&["."], &tree.options());
        assert_eq!((names(&listing), passed(&listing)), (vec!["real/a"], vec![("broken", SkipReason::Link), ("folder", SkipReason::Link)]));
        assert_eq!(names(&tree.list(&["folder"], &tree.options())), ["folder/a"]);
        assert_eq!(tree.list(&["broken"], &tree.options()).errors.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn special_files_are_passed_over() {
        let tree = Tree::new(&[]);
        let _socket = std::os::unix::net::UnixListener::bind(tree.0.path().join("s")).unwrap();
        assert_eq!(passed(&tree.list(&["."], &tree.options())), [("s", SkipReason::Special)]);
        assert_eq!(passed(&tree.list(&["s"], &tree.options())), [("s", SkipReason::Special)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_of_the_kernel_are_not_met_in_a_walk() {
        let tree = Tree::new(&[]);
        let listing = list(&[Input::Path("/proc/self/fdinfo".into())], &tree.options()).unwrap();
        assert_eq!(names(&listing), [""; 0]);
        assert!(listing.skipped.iter().all(|skip| skip.reason == SkipReason::Special));
    }

    #[test]
    fn a_missing_path_is_an_error_and_the_others_are_listed() {
        let tree = Tree::new(&[("a", "")]);
        let listing = tree.list(&["gone", "a"], &tree.options());
        assert_eq!(names(&listing), ["a"]);
        assert_eq!(listing.errors[0].message, "cannot read gone: no such file or folder");
    }

    #[test]
    fn output_files_are_not_listed() {
        let tree = Tree::new(&[("a", ""), ("out.sarif", "")]);
        let options = ListOptions { outputs: vec![tree.0.path().join("out.sarif")], ..tree.options() };
        assert_eq!(names(&tree.list(&["."], &options)), ["a"]);
    }

    #[test]
    fn a_notice_names_its_file_from_the_root_and_never_absolute() {
        let tree = Tree::new(&[("repo/.gitignore", "a{b\n"), ("repo/sub/.gitignore", "c{d\n"), ("repo/sub/deep/f", "")]);
        let names = |root: &str, argument: &str| {
            let options = ListOptions { root: tree.0.path().join(root), ..tree.options() };
            let listing = list(&[Input::Path(tree.0.path().join(argument))], &options).unwrap();
            listing.notices.iter().map(|notice| notice.relative.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names("repo", "repo"), [".gitignore", "sub/.gitignore"]);
        assert_eq!(names("repo", "repo/sub/deep"), [".gitignore"], "the mistakes of all folders above come as one");
        assert_eq!(names("repo/sub/deep", "repo/sub/deep"), [".gitignore"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_special_files_are_no_input_but_what_is_passed_over_otherwise_is() {
        let tree = Tree::new(&[("links/x", ""), ("big/f", "0123456789"), ("bin/f", "\0")]);
        fs::remove_file(tree.0.path().join("links/x")).unwrap();
        assert!(tree.list(&["links"], &tree.options()).is_empty());
        std::os::unix::fs::symlink("gone", tree.0.path().join("links/broken")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(tree.0.path().join("links/s")).unwrap();
        assert!(tree.list(&["links"], &tree.options()).is_empty());
        assert!(!tree.list(&["bin"], &tree.options()).is_empty());
        assert!(!tree.list(&["big"], &ListOptions { max_file_size: FileSize::new(5), ..tree.options() }).is_empty());
        let forced = ListOptions { named_paths: NamedPaths::YieldToExcludes, ..tree.excluding(&["big"]) };
        assert!(!tree.list(&["big/f"], &forced).is_empty());
    }

    #[test]
    fn a_bad_glob_is_an_error() {
        let tree = Tree::new(&[]);
        assert!(list(&[], &tree.excluding(&["a{b"])).is_err());
    }

    #[test]
    fn paths_outside_the_root_are_relative_to_their_argument() {
        let (tree, other) = (Tree::new(&[]), Tree::new(&[("deep/a", ""), ("two/b", "")]));
        let one = list(&[Input::Path(other.0.path().join("deep"))], &tree.options()).unwrap();
        assert_eq!((&*one.targets[0].relative, &*one.targets[0].within), ("a", "a"));
        let two = list(&[Input::Path(other.0.path().join("deep")), Input::Path(other.0.path().join("two"))], &tree.options()).unwrap();
        assert_eq!(two.targets.iter().map(|t| &*t.relative).collect::<Vec<_>>(), ["deep/a", "two/b"]);
    }
}

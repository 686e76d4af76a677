//! What a listed file is called: for people, for reports, for rules.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Input;

/// What typed paths refer to.
pub struct Root {
    /// The working directory.
    path: PathBuf,
    /// What paths in reports are relative to.
    base: PathBuf,
}

impl Root {
    /// The working directory `path`. Reports are relative to it where every input lies below it, otherwise to the nearest folder that holds all inputs.
    pub fn new(path: &Path, inputs: &[Input]) -> Self {
        let path = lexical(path);
        let named: Vec<PathBuf> = inputs.iter().filter_map(path_of).map(|named| lexical(&path.join(named))).collect();
        let folder = |named: &PathBuf| if named.is_dir() { named.clone() } else { named.parent().unwrap_or(named).to_path_buf() };
        let holds_all = named.iter().all(|named| named.starts_with(&path));
        let base = if holds_all { path.clone() } else { named.iter().map(folder).reduce(|a, b| common(&a, &b)).unwrap_or_else(|| path.clone()) };
        Self { path, base }
    }
}

fn path_of(input: &Input) -> Option<&PathBuf> {
    if let Input::Path(path) = input { Some(path) } else { None }
}

/// The nearest folder above both.
fn common(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// One path of the command line and how files below it are called.
pub struct Argument {
    /// As typed, joined to the working directory: what is opened.
    pub path: Arc<Path>,
    /// Absolute and without `.` and `..`: its identity.
    pub absolute: PathBuf,
    display: String,
    relative: String,
    is_inside: bool,
}

impl Argument {
    /// The argument `typed` below, or beside, `root`.
    pub fn new(typed: &Path, root: &Root) -> Self {
        let path = root.path.join(typed);
        let absolute = lexical(&path);
        let inside = absolute.strip_prefix(&root.path).map(slashed).ok();
        let relative = absolute.strip_prefix(&root.base).map(slashed).unwrap_or_default();
        let is_inside = inside.is_some();
        let display = inside.unwrap_or_else(|| slashed(typed));
        Self { path: path.into(), absolute, display, relative, is_inside }
    }

    /// What a file below the argument is called: as a person would type it, relative to the base of the run, and relative to the argument. Names that
    /// are the same are one text: there may be hundreds of thousands.
    pub fn names(&self, within: &Path) -> [Arc<str>; 3] {
        if within.as_os_str().is_empty() {
            let relative = self.relative(within);
            let or_relative = |name: Arc<str>| if name == relative { relative.clone() } else { name };
            return [or_relative(self.display(within)), relative.clone(), or_relative(self.within(within))];
        }
        let below = self.within(within);
        let called = |base: &str| if base.is_empty() { below.clone() } else { join(base, within).into() };
        let relative = called(&self.relative);
        let display = if self.display == self.relative { relative.clone() } else { called(&self.display) };
        [display, relative, below]
    }

    /// As a person would type it.
    pub fn display(&self, within: &Path) -> Arc<str> {
        let name = join(&self.display, within);
        if name.is_empty() { ".".into() } else { name.into() }
    }

    /// Relative to the base of the run.
    pub fn relative(&self, within: &Path) -> Arc<str> {
        let name = join(&self.relative, within);
        if name.is_empty() { ".".into() } else { name.into() }
    }

    /// Relative to the argument. A file named by itself is judged by the whole path from the root, so that a hook that names
    /// files and a walk from the root agree.
    pub fn within(&self, within: &Path) -> Arc<str> {
        match within.as_os_str().is_empty() {
            true if self.is_inside => self.relative.as_str().into(),
            true => self.absolute.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default().into(),
            false => slashed(within).into(),
        }
    }
}

fn join(base: &str, within: &Path) -> String {
    let within = slashed(within);
    match (base, within.as_str()) {
        ("", _) => within,
        (_, "") => base.to_owned(),
        _ => format!("{}/{within}", base.trim_end_matches('/')),
    }
}

/// The path with `/`, invalid text replaced.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The path without `.` and `..`, by its words alone: links are not looked at.
pub fn lexical(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut out, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_argument() {
        let root = Root::new(Path::new("/w/p"), &[]);
        for (typed, display, relative, within) in [
            (".", "a/b", "a/b", "a/b"),
            ("./src/", "src/a/b", "src/a/b", "a/b"),
            ("/w/p/src", "src/a/b", "src/a/b", "a/b"),
            ("src/../lib", "lib/a/b", "lib/a/b", "a/b"),
            ("..", "../a/b", "a/b", "a/b"),
            ("/elsewhere/", "/elsewhere/a/b", "a/b", "a/b"),
        ] {
            let argument = Argument::new(Path::new(typed), &root);
            let below = Path::new("a/b");
            assert_eq!((&*argument.display(below), &*argument.relative(below), &*argument.within(below)), (display, relative, within), "{typed}");
        }
    }

    #[test]
    fn a_named_file_is_judged_by_its_path_from_the_root() {
        let argument = Argument::new(Path::new("./tests/a.py"), &Root::new(Path::new("/w"), &[]));
        assert_eq!(&*argument.within(Path::new("")), "tests/a.py");
    }
}

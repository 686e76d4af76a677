//! What the user named.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::cli::CheckArgs;
use crate::config::UsageError;
use crate::source::{Change, Changes, History, Input, reason, root_of};

use super::{Environment, absolute};

/// The paths of the command line and of `--files-from`; the working directory where there is neither.
pub fn inputs(args: &CheckArgs, environment: &Environment) -> Result<Vec<Input>, UsageError> {
    if let Some(change) = change(args) {
        return Ok(vec![Input::Changes(changes(change, args, environment))]);
    }
    let stdin_name = args.files.stdin_filename.as_deref();
    let mut paths = args.paths.clone();
    if paths.is_empty() && stdin_name.is_some() {
        paths.push("-".into());
    }
    let from_stdin = paths.iter().chain(&args.files.files_from).filter(|path| is_stdin(path)).count();
    if from_stdin > 1 {
        return Err(UsageError::new("cannot read standard input twice").with_help("name `-` once, as a path or for --files-from"));
    }
    if stdin_name.is_some() && !paths.iter().any(|path| is_stdin(path)) {
        return Err(UsageError::new("--stdin-filename names standard input, which is not scanned").with_help("add the path `-`"));
    }
    let mut inputs: Vec<Input> = paths.into_iter().map(|path| input(path, stdin_name)).collect();
    match &args.files.files_from {
        Some(list) => inputs.extend(read_list(list, &environment.folder)?.into_iter().map(Input::Path)),
        None if inputs.is_empty() => inputs.push(Input::Path(".".into())),
        None => {}
    }
    Ok(inputs)
}

fn change(args: &CheckArgs) -> Option<Change> {
    let asked = &args.changes;
    let net = || {
        asked.diff.clone().or_else(|| asked.new_only.then(|| "origin/HEAD".to_owned())).map(if asked.with_removed {
            Change::DiffAndRemoved
        } else {
            Change::Diff
        })
    };
    if !asked.history.is_empty() {
        let references = asked.history.iter().filter(|name| !name.is_empty()).cloned().collect();
        return Some(Change::History(History { references, all: asked.all, unreachable: asked.unreachable, must_be_full: asked.require_full_history }));
    }
    asked.staged.then_some(Change::Staged).or_else(net).or_else(|| asked.commits.clone().map(Change::Commits))
}

/// Under `pre-commit run --all-files` nothing is staged, and the hook that reads the stage would pass without a word.
fn changes(change: Change, args: &CheckArgs, environment: &Environment) -> Changes {
    let hint = (environment.variable)("PRE_COMMIT").map(|_| "`pre-commit run --all-files` needs the hook `aelix-lint`, which is given files".to_owned());
    Changes { change, folder: environment.folder.clone(), paths: args.paths.clone(), allow_empty: args.files.allow_empty, hint }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn input(path: PathBuf, stdin_name: Option<&str>) -> Input {
    if is_stdin(&path) { Input::Stdin(stdin_name.unwrap_or("stdin").to_owned()) } else { Input::Path(path) }
}

/// The paths listed in a file, or on standard input for `-`. What is no list of paths is refused by the number of the line: it may hold secrets.
fn read_list(list: &Path, folder: &Path) -> Result<Vec<PathBuf>, UsageError> {
    let mut bytes = Vec::new();
    let done = if is_stdin(list) { io::stdin().lock().read_to_end(&mut bytes) } else { fs::File::open(list).and_then(|mut f| f.read_to_end(&mut bytes)) };
    done.map_err(|e| UsageError::new(format!("cannot read the list of files {}: {}", list.display(), reason(&e))))?;
    let paths = split_list(&bytes);
    let is_pair = |path: &PathBuf| {
        let text = path.to_string_lossy();
        (text.contains('=') || text.contains(": ")) && absolute(folder, path).symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    match paths.iter().position(is_pair) {
        Some(at) => Err(UsageError::new(format!("entry {} of {} names no file", at + 1, list.display())).with_help("--files-from wants one path on each line")),
        None => Ok(paths),
    }
}

/// A list with a NUL byte is separated by NUL bytes, any other by line ends.
fn split_list(bytes: &[u8]) -> Vec<PathBuf> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let trim = |entry| if separator == 0 { entry } else { <[u8]>::strip_suffix(entry, b"\r").unwrap_or(entry) };
    bytes.split(|&b| b == separator).map(trim).filter(|entry| !entry.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The folder that paths of reports and globs are relative to: the working directory, or the one folder named where it lies elsewhere; for changes the
/// root of the repository.
pub fn scan_root(inputs: &[Input], folder: &Path) -> PathBuf {
    if matches!(inputs, [Input::Changes(_)]) {
        return root_of(folder);
    }
    scan_start(inputs, folder).filter(|start| !start.starts_with(folder)).unwrap_or_else(|| folder.to_path_buf())
}

/// The one folder named, or that of the one file named: where the search for the configuration begins.
pub fn scan_start(inputs: &[Input], folder: &Path) -> Option<PathBuf> {
    if matches!(inputs, [Input::Changes(_)]) {
        return Some(folder.to_path_buf());
    }
    let [Input::Path(path)] = inputs else { return None };
    let named = absolute(folder, path);
    if named.is_dir() { Some(named) } else { named.parent().filter(|_| named.is_file()).map(Path::to_path_buf) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_separated_by_lines_or_nul_bytes() {
        for (list, paths) in [(&b"a\nb c\r\n\nd"[..], &["a", "b c", "d"][..]), (b"a\nb\0c\0", &["a\nb", "c"]), (b"", &[])] {
            assert_eq!(split_list(list), paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
    }
}

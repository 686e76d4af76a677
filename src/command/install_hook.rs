//! `install-hook`: a hook of git that scans what is staged, or what is pushed.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::cli::InstallHookArgs;
use crate::config::UsageError;
use crate::plan::Environment;
use crate::run::ExitStatus;
use crate::source::{hooks_folder, reason, slashed};

use super::output::{self, Failure};

/// By this line our own hook is known.
const MARK: &str = "# written by `aelix-lint install-hook`";
/// Scans what is staged. A program that is gone must not let a secret pass without a word.
const PRE_COMMIT: &str = include_str!("hooks/pre-commit.sh");
/// Scans what each new commit adds.
const PRE_PUSH: &str = include_str!("hooks/pre-push.sh");

/// Writes the hook where git looks for it; one that is there already is left alone.
pub fn install(args: &InstallHookArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let (name, text) = if args.pre_push { ("pre-push", PRE_PUSH) } else { ("pre-commit", PRE_COMMIT) };
    let folder = hooks_folder(&environment.folder).map_err(|why| UsageError::new(format!("cannot find the folder of hooks: {why}")))?;
    let path = folder.join(name);
    let shown = slashed(path.strip_prefix(&environment.folder).unwrap_or(&path));
    let cannot = |error: &io::Error| UsageError::new(format!("cannot write {shown}: {}", reason(error)));
    fs::create_dir_all(&folder).map_err(|error| cannot(&error))?;
    let written = fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes())).and_then(|()| make_executable(&path));
    match written {
        Ok(()) => output::stdout(|out| writeln!(out, "wrote {shown}"))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_ours = fs::read_to_string(&path).is_ok_and(|there| there.contains(MARK));
            if !is_ours {
                let error = UsageError::new(format!("cannot write {shown}: there is a hook already"));
                let command = if args.pre_push { "check --new-only --allow-empty" } else { "check --staged" };
                return Err(error.with_help(format!("add the line `aelix-lint {command} || exit 1` to it")).into());
            }
            make_executable(&path).map_err(|error| cannot(&error))?;
            output::stdout(|out| writeln!(out, "{shown} is there already"))?;
        }
        Err(error) => return Err(cannot(&error).into()),
    }
    Ok(ExitStatus::Clean)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

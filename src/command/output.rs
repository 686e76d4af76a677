//! Writing: standard output in one locked buffer, files in one step, mistakes on standard error.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::config::UsageError;
use crate::report::style;
use crate::run::ExitStatus;
use crate::source::reason;

/// Why a command stopped.
#[derive(Debug)]
pub enum Failure {
    /// Something to tell the user.
    Usage(UsageError),
    /// The reader of standard output has gone away.
    BrokenPipe,
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

/// Writes to standard output.
pub fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let done = write(&mut out).and_then(|()| out.flush());
    done.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => {
            let _ = out.into_parts();
            Failure::BrokenPipe
        }
        _ => UsageError::new(format!("cannot write to standard output: {}", reason(&error))).into(),
    })
}

/// Writes a JSON document to standard output.
pub fn json(document: &serde_json::Value) -> Result<ExitStatus, Failure> {
    stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, document)?;
        writeln!(out)
    })?;
    Ok(ExitStatus::Clean)
}

/// Writes a file beside its place and then moves it there, so that nobody ever reads half a report.
pub fn file(path: &Path, shown: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), UsageError> {
    let is_ordinary = fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_file());
    let done = if is_ordinary { replace(path, write) } else { write_to(File::options().write(true).truncate(true).open(path), write) };
    done.map_err(|error| UsageError::new(format!("cannot write {shown}: {}", reason(&error))))
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let done = write_to(File::create_new(&beside), write).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    }
    done
}

fn write_to(file: io::Result<File>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file?);
    write(&mut out)?;
    out.flush()
}

/// One clear line on standard error, and what to do.
pub fn error(message: &str, help: Option<&str>) {
    stderr(&format!("error: {message}"));
    if let Some(help) = help {
        stderr(&format!("help: {help}"));
    }
}

/// A line on standard error; where that fails there is nobody to tell.
pub fn stderr(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", style::sanitise_lines(text));
}

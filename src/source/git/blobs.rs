//! Objects of a repository, asked of one `git cat-file` that goes on.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};

use super::call::{Git, GitError, text};

/// A `git cat-file --batch` at work; ends when it is dropped.
pub struct Blobs {
    folder: PathBuf,
    child: Child,
    asked: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Blobs {
    /// Starts it in a folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut child = Git::new(folder).spawn(&["-c", "core.deltaBaseCacheLimit=256m", "cat-file", "--batch"])?;
        let (Some(asked), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self { folder: folder.to_path_buf(), child, asked: Some(asked), answers: BufReader::with_capacity(64 << 10, answers) })
    }

    /// Whether it was started in this folder.
    pub fn is_of(&self, folder: &Path) -> bool {
        self.folder == folder
    }

    /// Reads the object with this id into `out`, in place of what is there.
    pub fn read(&mut self, id: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let asked = self.asked.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(asked, "{id}")?;
        asked.flush()?;
        let mut head = Vec::new();
        self.answers.read_until(b'\n', &mut head)?;
        let size = text(&head).rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size.filter(|_| head.starts_with(id.as_bytes())) else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "git does not have it here"));
        };
        out.clear();
        let read = (&mut self.answers).take(size).read_to_end(out)?;
        let mut end = [0];
        self.answers.read_exact(&mut end)?;
        if read as u64 == size && end == *b"\n" { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        drop(self.asked.take());
        let _ = self.child.wait();
    }
}

/// The sizes in bytes of the objects that are there.
pub fn sizes<'a>(git: &Git, ids: impl Iterator<Item = &'a str>) -> Result<HashMap<String, u64>, GitError> {
    let mut input = String::new();
    ids.for_each(|id| {
        input.push_str(id);
        input.push('\n');
    });
    if input.is_empty() {
        return Ok(HashMap::new());
    }
    let output = git.run_with(&["cat-file", "--batch-check=%(objectname) %(objectsize)"], input.as_bytes())?;
    let size = |line: &[u8]| {
        let (id, size) = text(line).split_once(' ')?;
        Some((id.to_owned(), size.parse().ok()?))
    };
    Ok(output.split(|byte| *byte == b'\n').filter_map(size).collect())
}

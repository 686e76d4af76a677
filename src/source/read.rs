//! From a target to its bytes: one reusable buffer per thread, binary files told apart, UTF-16 decoded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

#[cfg(test)]
use crate::model::Opened;
use crate::model::{Origin, SkipReason, Target};
use crate::text::Mapped;

use super::git::{Blobs, PackReader, Packs};

/// A NUL byte in this many first bytes makes a file binary, as for git.
const PROBE: usize = 8 << 10;
/// Bytes asked for before it is known that a file is text.
const FIRST_READ: usize = 64 << 10;
/// A buffer that grew beyond this for one file is given back before the next.
const KEPT: usize = 1 << 20;

/// Bytes of one thread that outlive a file; its whole length is initialised, so that reading never clears it again.
#[derive(Default)]
pub struct Buffer {
    raw: Vec<u8>,
    decoded: String,
    mapped: Mapped,
    /// Where blobs of git come from, once one was asked for.
    blobs: Option<Blobs>,
    /// Where they are looked for first, where many are asked for.
    packs: Option<PackReader>,
}

/// What reading a target gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Read<'b> {
    /// Text in UTF-8 or another ASCII-compatible encoding, as it stands in the file.
    Text(&'b [u8]),
    /// Text that was decoded, with the way back to the bytes of the file.
    Decoded(&'b Mapped),
    /// Passed over.
    Skipped(SkipReason),
}

/// Reads `target`. UTF-16 with a byte order mark is decoded; a NUL byte in the first 8 KiB of anything else makes it binary.
pub fn read<'b>(target: &Target, buffer: &'b mut Buffer) -> io::Result<Read<'b>> {
    buffer.shrink();
    let length = match &target.origin {
        Origin::File | Origin::Stream => match buffer.fill(&mut File::open(target.path())?, target.size)? {
            Some(length) => length,
            None => return Ok(Read::Skipped(SkipReason::Binary)),
        },
        Origin::Stdin => {
            buffer.raw.clear();
            super::stdin::read_into(&mut buffer.raw)?;
            buffer.raw.len()
        }
        Origin::Git(blob) => buffer.fill_from_git(&target.path(), &blob.id)?,
    };
    Ok(buffer.text(length))
}

/// The same for bytes in memory.
pub fn decode<'b>(bytes: &[u8], buffer: &'b mut Buffer) -> Read<'b> {
    buffer.raw.clear();
    buffer.raw.extend_from_slice(bytes);
    buffer.text(bytes.len())
}

impl Buffer {
    /// What was read last, taken out.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.raw)
    }

    /// One that reads the blobs of a history.
    pub fn of_history(packs: Arc<Packs>) -> Self {
        Self { packs: Some(PackReader::new(packs)), ..Self::default() }
    }

    fn shrink(&mut self) {
        if self.raw.len() > KEPT {
            self.raw = Vec::new();
        }
        if self.decoded.capacity() > KEPT || self.mapped.capacity() > KEPT {
            (self.decoded, self.mapped) = (String::new(), Mapped::new());
        }
    }

    /// Gives the bytes of the blob that was read last for a buffer to use again.
    pub fn exchange(&mut self, other: &mut Vec<u8>) {
        std::mem::swap(&mut self.raw, other);
    }

    /// Reads a blob of the repository of `folder`. A process that has failed is not asked again.
    fn fill_from_git(&mut self, folder: &Path, id: &str) -> io::Result<usize> {
        if self.packs.as_mut().is_some_and(|packs| packs.read(id, &mut self.raw).is_some()) {
            return Ok(self.raw.len());
        }
        let mut blobs = match self.blobs.take() {
            Some(blobs) if blobs.is_of(folder) => blobs,
            _ => Blobs::open(folder)?,
        };
        blobs.read(id, &mut self.raw)?;
        self.blobs = Some(blobs);
        Ok(self.raw.len())
    }

    /// Reads all of `file`; `None` as soon as it is known to be binary. `size` is what the file was expected to hold.
    fn fill(&mut self, file: &mut File, size: u64) -> io::Result<Option<usize>> {
        let expected = usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1);
        self.grow_to(expected.min(FIRST_READ));
        let mut length = 0;
        let mut probed = false;
        loop {
            if length == self.raw.len() {
                self.grow_to(expected.max(length.saturating_mul(2)));
            }
            let end = if probed { self.raw.len() } else { self.raw.len().min(FIRST_READ) };
            let count = match file.read(&mut self.raw[length..end]) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            length += count;
            if !probed && (length >= PROBE || count == 0) {
                probed = true;
                if is_binary(&self.raw[..length]) {
                    return Ok(None);
                }
            }
            if count == 0 {
                return Ok(Some(length));
            }
        }
    }

    fn grow_to(&mut self, length: usize) {
        if self.raw.len() < length {
            self.raw.resize(length, 0);
        }
    }

    fn text(&mut self, length: usize) -> Read<'_> {
        let bytes = &self.raw[..length];
        let Some(encoding) = utf16(bytes) else {
            return if is_binary(bytes) { Read::Skipped(SkipReason::Binary) } else { Read::Text(bytes) };
        };
        self.decoded.clear();
        let mut decoder = encoding.new_decoder_with_bom_removal();
        let Some(room) = decoder.max_utf8_buffer_length(length) else {
            return Read::Skipped(SkipReason::TooLarge);
        };
        self.decoded.reserve(room);
        let _ = decoder.decode_to_string(bytes, &mut self.decoded, true);
        self.mapped.assign_utf16(&self.decoded, bytes);
        Read::Decoded(&self.mapped)
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    utf16(bytes).is_none() && memchr::memchr(0, &bytes[..bytes.len().min(PROBE)]).is_some()
}

/// The UTF-16 encoding that a byte order mark names; UTF-32 is none.
fn utf16(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => None,
        [0xFF, 0xFE, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes_of).collect()
    }

    /// The text; none of a file that is passed over as binary.
    fn said<'b>(read: &Read<'b>) -> Option<&'b [u8]> {
        match *read {
            Read::Text(bytes) => Some(bytes),
            Read::Decoded(text) => Some(text.bytes()),
            Read::Skipped(reason) => {
                assert_eq!(reason, SkipReason::Binary);
                None
            }
        }
    }

    #[test]
    fn text_binary_and_utf16_are_told_apart() {
        let big = [b"text ".repeat(2000), vec![0]].concat();
        for (what, bytes, expected) in [
            ("empty", vec![], Some(&b""[..])),
            ("latin 1", b"caf\xe9".to_vec(), Some(b"caf\xe9")),
            ("little endian", utf16_bytes("key=é🔑", u16::to_le_bytes), Some("key=é🔑".as_bytes())),
            ("big endian", utf16_bytes("key=1", u16::to_be_bytes), Some(b"key=1")),
            ("half a pair", [utf16_bytes("a", u16::to_le_bytes), vec![0]].concat(), Some("a\u{FFFD}".as_bytes())),
            ("UTF-8 with a mark", b"\xEF\xBB\xBFa".to_vec(), Some(b"\xEF\xBB\xBFa")),
            ("NUL early", b"ab\0c".to_vec(), None),
            ("NUL after the probe", big.clone(), Some(&big)),
            ("UTF-32", vec![0xFF, 0xFE, 0, 0, b'a', 0, 0, 0], None),
        ] {
            assert_eq!(said(&decode(&bytes, &mut Buffer::default())), expected, "{what}");
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            for size in [bytes.len() as u64, 0, 1 << 20] {
                let target = Target { origin: Origin::File, place: Opened::at(file.path()), size, ..Target::in_memory("x") };
                assert_eq!(said(&read(&target, &mut Buffer::default()).unwrap()), expected, "{what}, listed with {size} bytes");
            }
        }
    }

    #[test]
    fn a_buffer_serves_one_file_after_the_other() {
        let mut buffer = Buffer::default();
        let folder = tempfile::tempdir().unwrap();
        for size in [300_000, 10, 0, 70_000] {
            let path = folder.path().join("f");
            std::fs::write(&path, "x".repeat(size)).unwrap();
            let target = Target { origin: Origin::File, place: Opened::at(path), size: size as u64, ..Target::in_memory("x") };
            assert_eq!(read(&target, &mut buffer).unwrap(), Read::Text("x".repeat(size).as_bytes()));
        }
    }

    #[test]
    fn a_vanished_file_is_an_error() {
        let target = Target { origin: Origin::File, place: Opened::at(Path::new("/nonexistent/file")), ..Target::in_memory("x") };
        assert!(read(&target, &mut Buffer::default()).is_err());
    }
}

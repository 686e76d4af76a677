//! What is packed in an archive: zip and its relatives (jar, war, docx, whl), tar and gzip, one in another.
//!
//! Nothing is ever written to the disk: an entry is unpacked into memory, handed on and forgotten. Archives are hostile until shown otherwise, so that
//! everything is bounded: entries, depth, the size of one entry, and all that is unpacked, by the size of the archive.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use crate::model::{Origin, SkipReason, Target};

use super::read::Buffer;
use super::size::FileSize;

/// Archives within each other that are opened.
const MAX_DEPTH: usize = 3;
/// Entries of one archive and those within it.
const MAX_ENTRIES: u64 = 50_000;
/// Bytes unpacked for each byte of the archive; a file full of zeros is packed a thousandfold, text hardly tenfold.
const MAX_RATIO: u64 = 100;
/// Bytes that may be unpacked whatever the ratio, and the most in all.
const LEAST_BUDGET: u64 = 64 << 20;
const MOST_BUDGET: u64 = 2 << 30;
/// Largest archive within another one, which is held in memory.
const MAX_NESTED: u64 = 64 << 20;
/// Largest archive that a walk opens.
pub const MAX_ARCHIVE: u64 = 1 << 30;
/// Longest name of an entry, in bytes.
const MAX_NAME: usize = 1024;
/// Bytes by which an archive is known: tar has its mark at 257.
const HEAD: usize = 512;
/// Bytes of the names and attributes that tar puts before an entry.
const MAX_EXTENSION: u64 = 64 << 10;
/// Bytes at the end of a zip file that hold its end record, and the longest comment behind it.
const END_REACH: u64 = 22 + (64 << 10);
/// Ends of names that archives have.
const EXTENSIONS: [&str; 24] = [
    "zip", "jar", "war", "ear", "aar", "apk", "ipa", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "whl", "egg", "nupkg", "vsix", "xpi", "kmz", "tar",
    "gz", "tgz", "taz",
];

/// An entry of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// Passed over.
    Skipped(SkipReason),
}

/// What was not done of an archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Bounds that were reached, entries that cannot be unpacked.
    pub notices: Vec<String>,
    /// Why the archive could not be read to its end.
    pub error: Option<String>,
}

/// Whether a name is that of an archive.
pub fn is_named(path: &Path) -> bool {
    path.extension().and_then(|end| end.to_str()).is_some_and(|end| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

/// Calls `visit` with the name and content of every entry of an archive, in its order; names of archives within it stand before `!`. `None` if the
/// target is none, or can be read once only. `buffer` holds what was read of it.
pub fn open(target: &Target, buffer: &mut Buffer, largest: FileSize, visit: &mut dyn FnMut(&str, Entry)) -> Option<io::Result<Opened>> {
    match &target.origin {
        Origin::File => match File::open(target.path()) {
            Ok(file) => open_in(file, &target.display, largest, visit),
            Err(error) => Some(Err(error)),
        },
        Origin::Stdin | Origin::Git(_) => open_in(Cursor::new(buffer.take()), &target.display, largest, visit),
        Origin::Stream => None,
    }
}

fn open_in(mut source: impl Read + Seek, name: &str, largest: FileSize, visit: &mut dyn FnMut(&str, Entry)) -> Option<io::Result<Opened>> {
    let begin = |source: &mut dyn ReadSeek| -> io::Result<(Vec<u8>, u64)> {
        let mut head = Vec::new();
        source.take(HEAD as u64).read_to_end(&mut head)?;
        let size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        Ok((head, size))
    };
    let (head, size) = match begin(&mut source) {
        Ok(begin) => begin,
        Err(error) => return Some(Err(error)),
    };
    let kind = Kind::of(&head)?;
    let budget = Budget { left: Cell::new(size.saturating_mul(MAX_RATIO).clamp(LEAST_BUDGET, MOST_BUDGET)), is_spent: Cell::new(false) };
    let mut opening = Opening { largest: largest.bytes(), budget: &budget, entries: 0, unreadable: 0, is_deep: false, opened: Opened::default(), visit };
    if let Err(stop) = opening.archive(kind, &mut source, ("", name), 1) {
        match stop {
            Stop::Bound(what) => opening.opened.notices.push(format!("not all of it was searched: {what}")),
            Stop::Broken(why) => opening.opened.error = Some(why),
        }
    }
    Some(Ok(opening.finish()))
}

/// Both in one, for archives of which the end is read first.
trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A format of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Gzip,
    Tar,
}

impl Kind {
    /// The format that the first bytes tell.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1F, 0x8B, 8, ..] => Some(Self::Gzip),
            _ if head.get(257..262) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Why no more of an archive is read.
enum Stop {
    /// There is too much of it.
    Bound(String),
    /// It is damaged.
    Broken(String),
}

/// Bytes that may still be unpacked, of an archive and all within it.
struct Budget {
    left: Cell<u64>,
    is_spent: Cell<bool>,
}

/// Unpacked bytes, each of which is paid for.
struct Paid<'a, R> {
    inner: R,
    budget: &'a Budget,
}

impl<R: Read> Read for Paid<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let Some(left) = self.budget.left.get().checked_sub(count as u64) else {
            self.budget.is_spent.set(true);
            return Err(io::Error::other("too much to unpack"));
        };
        self.budget.left.set(left);
        Ok(count)
    }
}

/// An archive that is being read.
struct Opening<'a> {
    largest: u64,
    budget: &'a Budget,
    entries: u64,
    /// Entries that are encrypted, or packed in a way of which this program knows nothing.
    unreadable: u64,
    /// Whether archives lie too deep.
    is_deep: bool,
    opened: Opened,
    visit: &'a mut dyn FnMut(&str, Entry),
}

impl Opening<'_> {
    fn finish(mut self) -> Opened {
        if self.is_deep {
            self.opened.notices.push(format!("archives in it that lie deeper than {MAX_DEPTH} were not opened"));
        }
        if self.unreadable > 0 {
            let entries = if self.unreadable == 1 { "1 entry".to_owned() } else { format!("{} entries", self.unreadable) };
            self.opened.notices.push(format!("{entries} of it could not be unpacked: encrypted, or packed in another way than deflate"));
        }
        self.opened
    }

    /// Reads an archive. `within` is where it lies, `name` what it is called.
    fn archive(&mut self, kind: Kind, source: &mut dyn ReadSeek, (within, name): (&str, &str), depth: usize) -> Result<(), Stop> {
        match kind {
            Kind::Zip => self.zip(source, within, depth),
            Kind::Tar => self.tar(Paid { inner: BufReader::new(source), budget: self.budget }, within, depth),
            Kind::Gzip => {
                let mut text = Paid { inner: MultiGzDecoder::new(BufReader::new(source)), budget: self.budget };
                let mut head = Vec::new();
                (&mut text).take(HEAD as u64).read_to_end(&mut head).map_err(|error| self.stop(&error))?;
                let kind = Kind::of(&head);
                let mut text = Cursor::new(head).chain(text);
                match kind {
                    Some(Kind::Tar) => self.tar(text, within, depth),
                    _ => self.entry(&joined(within, inner_name(name).as_bytes()), &mut text, depth),
                }
            }
        }
    }

    fn zip(&mut self, source: &mut dyn ReadSeek, within: &str, depth: usize) -> Result<(), Stop> {
        let broken = |error: &dyn std::fmt::Display| Stop::Broken(format!("the zip file is damaged: {error}"));
        if let Some(count) = entries_of(source).map_err(|error| broken(&error))?.filter(|count| *count > MAX_ENTRIES) {
            return Err(Stop::Bound(format!("it has {count} entries, more than {MAX_ENTRIES}")));
        }
        let mut archive = ZipArchive::new(source).map_err(|error| broken(&error))?;
        for index in 0..archive.len() {
            self.count()?;
            let Ok(mut file) = archive.by_index(index) else {
                self.unreadable += 1;
                continue;
            };
            let name = joined(within, file.name_raw());
            if file.is_symlink() {
                (self.visit)(&name, Entry::Skipped(SkipReason::Link));
            } else if !file.is_dir() {
                let mut text = Paid { inner: &mut file, budget: self.budget };
                self.entry(&name, &mut text, depth)?;
            }
        }
        Ok(())
    }

    /// Reads a tar archive. Long names are read here, because nothing else bounds them.
    fn tar(&mut self, source: impl Read, within: &str, depth: usize) -> Result<(), Stop> {
        let mut archive = tar::Archive::new(source);
        let entries = archive.entries().map_err(|error| self.stop(&error))?.raw(true);
        let mut long: Option<Vec<u8>> = None;
        for entry in entries {
            let mut entry = entry.map_err(|error| self.stop(&error))?;
            self.count()?;
            let kind = entry.header().entry_type();
            if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
                let mut text = Vec::new();
                (&mut entry).take(MAX_EXTENSION).read_to_end(&mut text).map_err(|error| self.stop(&error))?;
                long = if kind.is_gnu_longname() { Some(text) } else { path_of(&text).or(long) };
                continue;
            }
            let name = joined(within, &long.take().unwrap_or_else(|| entry.path_bytes().into_owned()));
            if kind.is_symlink() || kind.is_hard_link() {
                (self.visit)(&name, Entry::Skipped(SkipReason::Link));
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                self.entry(&name, &mut entry, depth)?;
            }
        }
        Ok(())
    }

    /// Hands an entry on, or what is in it where it is an archive.
    fn entry(&mut self, name: &str, text: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        let mut bytes = Vec::new();
        text.take(HEAD as u64).read_to_end(&mut bytes).map_err(|error| self.stop(&error))?;
        let kind = Kind::of(&bytes);
        self.is_deep |= kind.is_some() && depth >= MAX_DEPTH;
        let inner = kind.filter(|_| depth < MAX_DEPTH);
        let most = if inner.is_some() { MAX_NESTED } else { self.largest };
        text.take((most + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(|error| self.stop(&error))?;
        if bytes.len() as u64 > most {
            (self.visit)(name, Entry::Skipped(SkipReason::TooLarge));
            return Ok(());
        }
        match inner {
            None => (self.visit)(name, Entry::Bytes(&bytes)),
            Some(kind) => match self.archive(kind, &mut Cursor::new(bytes), (name, name), depth + 1) {
                // What is damaged within an archive leaves the rest of it whole.
                Err(Stop::Broken(why)) => self.opened.error = Some(format!("{name}: {why}")),
                other => other?,
            },
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES { Err(Stop::Bound(format!("it has more than {MAX_ENTRIES} entries"))) } else { Ok(()) }
    }

    /// What an error while unpacking means.
    fn stop(&self, error: &io::Error) -> Stop {
        if self.budget.is_spent.get() {
            return Stop::Bound("it unpacks to too much for an archive of its size".to_owned());
        }
        Stop::Broken(format!("cannot unpack it: {error}"))
    }
}

/// The number of entries that the end of a zip file tells (APPNOTE, 4.3.14 and 4.3.16), before anything is made of them.
fn entries_of(source: &mut dyn ReadSeek) -> io::Result<Option<u64>> {
    let size = source.seek(SeekFrom::End(0))?;
    let from = size.saturating_sub(END_REACH);
    source.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    source.take(END_REACH).read_to_end(&mut end)?;
    let number = |bytes: Option<&[u8]>| bytes.map(|bytes| bytes.iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)));
    let Some(at) = memchr::memmem::rfind(&end, b"PK\x05\x06") else { return Ok(None) };
    let count = number(end.get(at + 10..at + 12));
    let locator = at.checked_sub(20).filter(|before| end[*before..].starts_with(b"PK\x06\x07"));
    let far = locator.and_then(|before| number(end.get(before + 8..before + 16)));
    let Some(far) = far else { return Ok(count) };
    let mut record = [0; 40];
    source.seek(SeekFrom::Start(far))?;
    source.read_exact(&mut record)?;
    Ok(number(record.get(32..40)))
}

/// The `path` of extended attributes (POSIX.1-2001, pax).
fn path_of(attributes: &[u8]) -> Option<Vec<u8>> {
    let found = tar::PaxExtensions::new(attributes).filter_map(Result::ok).find(|attribute| attribute.key_bytes() == b"path")?;
    Some(found.value_bytes().to_vec())
}

/// The name of an entry below the archive that holds it: no step up, no root, of bounded length.
fn joined(within: &str, name: &[u8]) -> String {
    let name = String::from_utf8_lossy(&name[..name.len().min(MAX_NAME)]).replace('\\', "/");
    let name = name.trim_end_matches('\0').split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect::<Vec<_>>().join("/");
    if within.is_empty() { name } else { format!("{within}!{name}") }
}

/// What a packed file is called unpacked: `dump.sql` of `backups/dump.sql.gz`.
fn inner_name(name: &str) -> &str {
    let file = name.rsplit(['/', '!']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, end)) if end.eq_ignore_ascii_case("gz") && !stem.is_empty() => stem,
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn packed() -> [Vec<u8>; 3] {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a/b.txt", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"text in a zip file").unwrap();
        let zip = zip.finish().unwrap().into_inner();
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_path("inner.zip").unwrap();
        header.set_size(zip.len() as u64);
        header.set_cksum();
        tar.append(&header, zip.as_slice()).unwrap();
        let tar = tar.into_inner().unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&tar).unwrap();
        [zip, tar, gz.finish().unwrap()]
    }

    fn names(bytes: Vec<u8>) -> Vec<String> {
        let mut names = Vec::new();
        let mut visit = |name: &str, _: Entry| names.push(name.to_owned());
        let _ = open_in(Cursor::new(bytes), "x.tgz", FileSize::default(), &mut visit);
        names
    }

    #[test]
    fn a_name_stays_below_its_archive() {
        for (name, shown) in [("a/b", "a/b"), ("../../a", "a"), ("/a", "a"), ("..\\a\\.\\b", "a/b"), ("C:/a", "C:/a"), ("a\0\0", "a"), ("..", "")] {
            assert_eq!(joined("", name.as_bytes()), shown, "{name:?}");
        }
        assert_eq!(joined("x.jar", b"a"), "x.jar!a");
        assert!(joined("", &[b'a'; 5000]).len() <= MAX_NAME);
    }

    #[test]
    fn a_packed_file_loses_its_ending() {
        for (name, inner) in [("a/dump.sql.gz", "dump.sql"), ("x.zip!b.GZ", "b"), ("svgz", "svgz"), (".gz", ".gz")] {
            assert_eq!(inner_name(name), inner, "{name}");
        }
    }

    #[test]
    fn every_format_is_known_by_its_first_bytes() {
        let [zip, tar, gz] = packed();
        assert_eq!([&zip, &tar, &gz].map(|bytes| Kind::of(bytes)), [Some(Kind::Zip), Some(Kind::Tar), Some(Kind::Gzip)]);
        assert_eq!(Kind::of(b"PK and other text"), None);
        assert_eq!(names(gz), ["inner.zip!a/b.txt"]);
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(kind in 0usize..3, at in 0usize..4000, bytes in proptest::collection::vec(any::<u8>(), 1..12), cut in any::<bool>()) {
            let mut archive = packed()[kind].clone();
            let at = at % archive.len();
            for (here, byte) in archive[at..].iter_mut().zip(&bytes) {
                *here = *byte;
            }
            if cut {
                archive.truncate(at);
            }
            names(archive);
        }
    }
}

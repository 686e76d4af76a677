//! Blobs out of the packs of a repository, read by this process. The history of a file is a chain of deltas with the newest version at its root, and is
//! scanned from its other end: every version on the way down is kept until it is asked for, so that each delta is applied once. `git cat-file` does the
//! same and then passes every byte through a pipe; it remains for whatever is not found or not understood here.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::call::{Git, path_of_line};

/// Bytes of versions that wait to be asked for, of one thread.
const KEPT: usize = 48 << 20;
/// Buffers that are used again.
const MAX_SPARE: usize = 16;
/// Deltas between a version and the root of its chain; git itself makes no more than 4,095.
const MAX_CHAIN: usize = 4096;
/// A larger object is left to git, and one whose chain holds larger deltas together.
const MAX_OBJECT: u64 = 256 << 20;
/// Packs that are held open, the largest; what stands in others is left to git. Some systems allow a process no more than 256 files.
const MAX_PACKS: usize = 64;
/// Bytes that are set aside for an object before any of it is inflated: the size that it declares may be a lie.
const FIRST: usize = 64 << 10;
/// Bytes that one read of a pack asks for at least and at most.
const READ: (u64, u64) = (1 << 10, 256 << 10);
/// Folders of objects that one may borrow from.
const MAX_ALTERNATES: usize = 16;

/// The packs of a repository, shared by all threads.
#[derive(Debug, Default)]
pub struct Packs(Vec<Pack>);

impl Packs {
    /// Those of the repository that the absolute `folder` lies in; what cannot be read is left out.
    pub fn of(folder: &Path) -> Self {
        let Ok(line) = Git::new(folder).run(&["rev-parse", "--git-path", "objects"]) else { return Self::default() };
        let mut folders = vec![folder.join(path_of_line(&line))];
        let mut found = Vec::new();
        let mut next = 0;
        while let Some(objects) = folders.get(next).cloned() {
            folders.extend(alternates(&objects).into_iter().take(MAX_ALTERNATES.saturating_sub(folders.len())));
            found.extend(indices(&objects.join("pack")));
            next += 1;
        }
        let size = |index: &PathBuf| fs::metadata(index.with_extension("pack")).map_or(0, |metadata| metadata.len());
        found.sort_by_cached_key(|index| Reverse(size(index)));
        Self(found.iter().filter_map(|index| Pack::open(index)).take(MAX_PACKS).collect())
    }

    fn find(&self, id: &[u8]) -> Option<Place> {
        self.0.iter().enumerate().find_map(|(pack, found)| Some(Place { pack, offset: found.find(id)? }))
    }
}

/// Folders of objects that this one borrows from.
fn alternates(objects: &Path) -> Vec<PathBuf> {
    let text = fs::read(objects.join("info/alternates")).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"\""));
    lines.map(|line| objects.join(path_of_line(line))).collect()
}

fn indices(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut indices: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "idx")).collect();
    indices.sort();
    indices
}

/// Where an object is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    pack: usize,
    offset: u64,
}

/// A pack and its index of version 2: the ids in order, and where each object begins.
#[derive(Debug)]
struct Pack {
    file: File,
    /// Bytes of an id.
    width: usize,
    /// How many ids begin with a byte up to this one.
    fan: Vec<u32>,
    ids: Vec<u8>,
    offsets: Vec<u32>,
    /// Offsets that need more than 31 bits.
    far: Vec<u64>,
}

impl Pack {
    fn open(index: &Path) -> Option<Self> {
        let pack = index.with_extension("pack");
        let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if !is_file(index) || !is_file(&pack) {
            return None;
        }
        Self::read(&fs::read(index).ok()?, File::open(pack).ok()?)
    }

    fn read(index: &[u8], file: File) -> Option<Self> {
        let rest = index.strip_prefix(b"\xfftOc\0\0\0\x02")?;
        let (fan, rest) = rest.split_at_checked(256 * 4)?;
        let fan = numbers(fan);
        let count = *fan.last()? as usize;
        // Two checksums of the width of an id end the file; each object takes an id, a checksum and an offset, some a far offset.
        let width = [20, 32].into_iter().find(|width| {
            let fixed = count.checked_mul(width + 8).and_then(|fixed| fixed.checked_add(2 * width));
            fixed.and_then(|fixed| rest.len().checked_sub(fixed)).is_some_and(|far| far.is_multiple_of(8) && far / 8 <= count)
        })?;
        let (ids, rest) = rest.split_at_checked(count * width)?;
        let (_, rest) = rest.split_at_checked(count * 4)?;
        let (offsets, rest) = rest.split_at_checked(count * 4)?;
        let far = rest.split_at_checked(rest.len() - 2 * width)?.0;
        let far = far.as_chunks::<8>().0.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect();
        fan.is_sorted().then(|| Self { file, width, fan, ids: ids.to_vec(), offsets: numbers(offsets), far })
    }

    fn find(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let (mut from, mut to) = (if first == 0 { 0 } else { self.fan[first - 1] as usize }, self.fan[first] as usize);
        if id.len() != self.width {
            return None;
        }
        while from < to {
            let middle = usize::midpoint(from, to);
            match self.ids[middle * self.width..][..self.width].cmp(id) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => {
                    let near = self.offsets[middle];
                    return if near >> 31 == 0 { Some(u64::from(near)) } else { self.far.get((near & 0x7FFF_FFFF) as usize).copied() };
                }
            }
        }
        None
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect()
}

/// Reads blobs one after the other, for one thread.
pub struct PackReader {
    packs: Arc<Packs>,
    inflate: Decompress,
    input: Vec<u8>,
    /// Versions that were made on the way to another one, and the order in which they are given up.
    kept: HashMap<Place, Vec<u8>>,
    order: VecDeque<Place>,
    bytes: usize,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
    /// Bytes that the deltas of one chain may have together.
    most: u64,
}

impl PackReader {
    /// A reader of these packs.
    pub fn new(packs: Arc<Packs>) -> Self {
        let (inflate, kept, order) = (Decompress::new(true), HashMap::new(), VecDeque::new());
        Self { packs, inflate, input: Vec::new(), kept, order, bytes: 0, spare: Vec::new(), most: MAX_OBJECT }
    }

    /// Reads the blob with this id into `out`, in place of what is there. Nothing where it is in no pack, or its pack is damaged.
    pub fn read(&mut self, id: &str, out: &mut Vec<u8>) -> Option<()> {
        let id = data_encoding::HEXLOWER.decode(id.as_bytes()).ok()?;
        let place = self.packs.find(&id)?;
        let blob = self.blob(place)?;
        let old = std::mem::replace(out, blob);
        self.give_back(old);
        Some(())
    }

    fn blob(&mut self, place: Place) -> Option<Vec<u8>> {
        let mut deltas: Vec<(Place, Vec<u8>)> = Vec::new();
        let (mut at, mut waiting) = (place, 0);
        let (mut version, mut from) = loop {
            if let Some(known) = self.take(at) {
                break (known, at);
            }
            match self.stored(at)? {
                (None, whole) => break (whole, at),
                (Some(base), delta) => {
                    waiting += delta.len() as u64;
                    deltas.push((at, delta));
                    let is_circle = deltas.iter().any(|(place, _)| *place == base);
                    if is_circle || waiting > self.most || deltas.len() > MAX_CHAIN {
                        return None;
                    }
                    at = base;
                }
            }
        };
        while let Some((at, delta)) = deltas.pop() {
            let mut next = self.spare.pop().unwrap_or_default();
            apply(&version, &delta, &mut next)?;
            self.keep(from, version);
            self.give_back(delta);
            (version, from) = (next, at);
        }
        Some(version)
    }

    fn take(&mut self, place: Place) -> Option<Vec<u8>> {
        let known = self.kept.remove(&place)?;
        self.bytes -= known.len();
        Some(known)
    }

    /// Keeps a version that others are made of. Those that came first are nearest to the root of their chain, and needed last.
    fn keep(&mut self, place: Place, version: Vec<u8>) {
        self.bytes += version.len();
        if let Some(old) = self.kept.insert(place, version) {
            self.bytes -= old.len();
            self.give_back(old);
        }
        self.order.push_back(place);
        while self.bytes > KEPT || self.order.len() > 4 * (self.kept.len() + 64) {
            let Some(first) = self.order.pop_front() else { break };
            if let Some(old) = self.take(first) {
                self.give_back(old);
            }
        }
    }

    fn give_back(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < MAX_SPARE && buffer.capacity() <= 1 << 20 {
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    /// Reads what stands at a place: an object, or a delta and what it is made of.
    fn stored(&mut self, place: Place) -> Option<(Option<Place>, Vec<u8>)> {
        let packs = self.packs.clone();
        let pack = packs.0.get(place.pack)?;
        self.fill(&pack.file, place.offset, READ.0)?;
        let mut head = self.input.as_slice();
        let (kind, size) = kind_and_size(&mut head)?;
        let base = match kind {
            3 => None,
            6 => Some(Place { offset: place.offset.checked_sub(distance(&mut head)?).filter(|offset| *offset > 0 && *offset < place.offset)?, ..place }),
            7 => {
                let (id, rest) = head.split_at_checked(pack.width)?;
                head = rest;
                Some(packs.find(id)?)
            }
            _ => return None,
        };
        let skipped = self.input.len() - head.len();
        let bytes = self.inflated(&pack.file, (place.offset, skipped), size)?;
        Some((base, bytes))
    }

    /// Inflates `size` bytes, no more and no less, from what stands `skipped` bytes behind `offset`; the first of it is read already.
    fn inflated(&mut self, file: &File, (offset, mut skipped): (u64, usize), size: u64) -> Option<Vec<u8>> {
        let wanted = usize::try_from(size).ok().filter(|_| size <= MAX_OBJECT)?;
        let mut out = self.spare.pop().unwrap_or_default();
        self.inflate.reset(true);
        let mut at = offset;
        loop {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let written_here = usize::try_from(written).ok()?;
            if written_here == out.len() {
                out.resize(room(written_here, wanted), 0);
            }
            let status = self.inflate.decompress(&self.input[skipped..], &mut out[written_here..], FlushDecompress::None).ok()?;
            if status == Status::StreamEnd {
                out.truncate(wanted);
                return (self.inflate.total_out() == size).then_some(out);
            }
            let used = usize::try_from(self.inflate.total_in() - read).ok()?;
            if self.inflate.total_out() > size || (used == 0 && self.inflate.total_out() == written && skipped < self.input.len()) {
                return None;
            }
            at += (skipped + used) as u64;
            skipped = 0;
            let left = size - self.inflate.total_out();
            self.fill(file, at, left)?;
        }
    }

    /// Reads a part of a pack into `input`: about as much as `likely` bytes need.
    fn fill(&mut self, file: &File, offset: u64, likely: u64) -> Option<()> {
        let length = usize::try_from(likely.clamp(READ.0, READ.1)).ok()?;
        self.input.resize(length, 0);
        let read = read_at(file, &mut self.input, offset).ok().filter(|read| *read > 0)?;
        self.input.truncate(read);
        Some(())
    }
}

/// Bytes to set aside where so many are inflated: about twice as many, and one more than wanted, which shows that there is more.
fn room(written: usize, wanted: usize) -> usize {
    (2 * written + FIRST).min(wanted + 1)
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, offset)
}

#[cfg(windows)]
fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, offset)
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, more) = rest.split_first()?;
    *rest = more;
    Some(*first)
}

/// The kind of an object, and the size of what is compressed: four bits, then seven of each further byte.
fn kind_and_size(rest: &mut &[u8]) -> Option<(u8, u64)> {
    let mut last = byte(rest)?;
    let kind = last >> 4 & 7;
    let (mut size, mut shift) = (u64::from(last & 15), 4);
    while last & 0x80 != 0 {
        last = byte(rest)?;
        size |= u64::from(last & 0x7F).checked_shl(shift).filter(|_| shift < 57)?;
        shift += 7;
    }
    Some((kind, size))
}

/// How far before a delta its base begins.
fn distance(rest: &mut &[u8]) -> Option<u64> {
    let mut last = byte(rest)?;
    let mut distance = u64::from(last & 0x7F);
    while last & 0x80 != 0 {
        last = byte(rest)?;
        distance = distance.checked_add(1)?.checked_mul(128)? | u64::from(last & 0x7F);
    }
    Some(distance)
}

/// A size at the head of a delta.
fn size(rest: &mut &[u8]) -> Option<u64> {
    let (mut size, mut shift) = (0, 0);
    loop {
        let next = byte(rest)?;
        size |= u64::from(next & 0x7F).checked_shl(shift).filter(|_| shift < 57)?;
        shift += 7;
        if next & 0x80 == 0 {
            return Some(size);
        }
    }
}

/// Makes an object of its base: pieces that are copied from it, and pieces that the delta brings along.
fn apply(base: &[u8], delta: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return None;
    }
    let wanted = usize::try_from(size(&mut rest)?).ok().filter(|wanted| *wanted as u64 <= MAX_OBJECT)?;
    out.clear();
    out.reserve(wanted);
    while let Some((&code, more)) = rest.split_first() {
        rest = more;
        let piece = if code & 0x80 != 0 {
            let mut number = |bits: std::ops::Range<u32>| {
                bits.clone()
                    .filter(|bit| code & (1 << bit) != 0)
                    .try_fold(0_usize, |sum, bit| Some(sum | usize::from(byte(&mut rest)?) << (8 * (bit - bits.start))))
            };
            let (offset, length) = (number(0..4)?, number(4..7)?);
            base.get(offset..)?.get(..if length == 0 { 0x1_0000 } else { length })?
        } else {
            let (piece, more) = rest.split_at_checked(usize::from(code)).filter(|_| code != 0)?;
            rest = more;
            piece
        };
        if out.len() + piece.len() > wanted {
            return None;
        }
        out.extend_from_slice(piece);
    }
    (out.len() == wanted).then_some(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::process::Command;

    use super::super::Blobs;
    use super::super::call::feed;
    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> Command {
        let mut git = Git::new(folder).command(arguments);
        git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
        git
    }

    /// A repository with a file of many versions, another that is large, and an empty one, in one pack.
    fn packed(format: &str, configuration: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        feed(git(folder.path(), &["init", "-q", "-b", "main", "--object-format", format]), b"").unwrap();
        let mut stream = String::new();
        let mut file = |name: &str, text: &str| {
            let (length, commit) = (text.len(), "committer t <t@example.com> 1 +0000\ndata 0\n");
            let _ = writeln!(stream, "commit refs/heads/main\n{commit}M 644 inline {name}\ndata {length}\n{text}");
        };
        let mut text: Vec<String> = (0..400).map(|line| format!("a line with the number {line} {}", line * 7919 % 1009)).collect();
        for version in 0..120 {
            text[version * 37 % 400] = format!("changed in version {version}");
            file("versions", &text.join("\n"));
        }
        file("large", &(0..60_000_u64).fold(String::new(), |text, line| text + &format!("{}\n", line * 104_729 % 99_991)));
        file("empty", "");
        feed(git(folder.path(), &["fast-import", "--quiet"]), stream.as_bytes()).unwrap();
        feed(git(folder.path(), &[configuration, &["repack", "-a", "-d", "-f", "-q", "--depth=50"]].concat()), b"").unwrap();
        folder
    }

    fn blobs(folder: &Path) -> Vec<String> {
        let all = feed(git(folder, &["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]), b"").unwrap();
        let ids = String::from_utf8(all).unwrap().lines().filter_map(|line| line.strip_prefix("blob ")).map(str::to_owned).collect::<Vec<_>>();
        assert!(ids.len() == 122, "{}", ids.len());
        ids
    }

    #[test]
    fn every_blob_is_what_git_says_it_is() {
        let by_id = ["-c", "repack.useDeltaBaseOffset=false"];
        for (format, configuration) in [("sha1", &[][..]), ("sha1", &by_id), ("sha256", &[]), ("sha256", &by_id)] {
            let folder = packed(format, configuration);
            let borrower = tempfile::tempdir().unwrap();
            feed(git(borrower.path(), &["init", "-q", "--bare", "--object-format", format]), b"").unwrap();
            fs::write(borrower.path().join("objects/info/alternates"), format!("{}\n", folder.path().join(".git/objects").display())).unwrap();
            for folder in [folder.path(), borrower.path()] {
                let mut reader = PackReader::new(Arc::new(Packs::of(folder)));
                let mut expected = Blobs::open(folder).unwrap();
                let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                for id in blobs(folder) {
                    expected.read(&id, &mut theirs).unwrap();
                    assert!(reader.read(&id, &mut ours).is_some(), "{format} {configuration:?} {id}");
                    assert!(ours == theirs, "{format} {configuration:?} {id}");
                }
                assert!(reader.bytes <= KEPT && reader.kept.values().map(Vec::len).sum::<usize>() == reader.bytes);
                assert!(reader.read(&"0".repeat(if format == "sha1" { 40 } else { 64 }), &mut ours).is_none());
            }
        }
    }

    #[test]
    fn damage_is_noticed_and_breaks_nothing() {
        let folder = packed("sha1", &[]);
        let ids = blobs(folder.path());
        let index = indices(&folder.path().join(".git/objects/pack")).remove(0);
        let whole = fs::read(index.with_extension("pack")).unwrap();
        let entries = fs::read(&index).unwrap();
        let mut state = 1_u64;
        let mut chance = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut originals = Blobs::open(folder.path()).unwrap();
        let originals: Vec<Vec<u8>> = ids
            .iter()
            .map(|id| {
                let mut original = Vec::new();
                originals.read(id, &mut original).unwrap();
                original
            })
            .collect();
        let (mut failed, mut out) = (0, Vec::new());
        for round in 0..60 {
            let (mut pack, mut index) = (whole.clone(), entries.clone());
            let (damaged, from) = if round % 3 == 0 { (&mut index, 0) } else { (&mut pack, 12) };
            for _ in 0..10 {
                let at = from + chance(damaged.len() - from);
                damaged[at] ^= 1 << chance(8);
            }
            if round % 5 == 0 {
                let length = chance(damaged.len());
                damaged.truncate(length);
            }
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &pack).unwrap();
            let Some(pack) = Pack::read(&index, File::open(file.path()).unwrap()) else {
                failed += 1;
                continue;
            };
            let mut reader = PackReader::new(Arc::new(Packs(vec![pack])));
            for (id, original) in ids.iter().zip(&originals) {
                match reader.read(id, &mut out) {
                    Some(()) => assert!(out == *original, "round {round}: {id}"),
                    None => failed += 1,
                }
            }
        }
        assert!(failed > 60 && failed < 60 * ids.len(), "{failed}");
    }

    #[test]
    fn of_many_packs_the_largest_are_held_open() {
        let folder = packed("sha1", &[]);
        let ids = blobs(folder.path());
        let packs = folder.path().join(".git/objects/pack");
        let index = indices(&packs).remove(0);
        for number in 0..MAX_PACKS + 8 {
            let copy = packs.join(format!("pack-{number:040}.idx"));
            fs::copy(&index, &copy).unwrap();
            fs::write(copy.with_extension("pack"), b"PACK").unwrap();
        }
        let packs = Packs::of(folder.path());
        assert_eq!(packs.0.len(), MAX_PACKS);
        let (mut reader, mut out) = (PackReader::new(Arc::new(packs)), Vec::new());
        assert!(ids.iter().all(|id| reader.read(id, &mut out).is_some()));
    }

    /// An object of a pack: its kind and the size that it declares, what it is made of, and bytes as zlib writes them.
    fn entry(kind: u8, declared: u64, base: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut entry = vec![kind << 4 | u8::try_from(declared & 15).unwrap()];
        let mut rest = declared >> 4;
        while rest > 0 {
            *entry.last_mut().unwrap() |= 0x80;
            entry.push(u8::try_from(rest & 0x7F).unwrap());
            rest >>= 7;
        }
        entry.extend_from_slice(base);
        let mut packer = flate2::write::ZlibEncoder::new(entry, flate2::Compression::best());
        std::io::Write::write_all(&mut packer, bytes).unwrap();
        packer.finish().unwrap()
    }

    /// A reader of one pack of these objects, whose ids are twenty bytes of their numbers, and where each begins.
    fn made(entries: &[Vec<u8>]) -> (PackReader, Vec<Place>) {
        let (mut pack, mut places) = (b"PACK\0\0\0\x02\0\0\0\0".to_vec(), Vec::new());
        for entry in entries {
            places.push(Place { pack: 0, offset: pack.len() as u64 });
            pack.extend_from_slice(entry);
        }
        pack.extend_from_slice(&[0; 20]);
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &pack).unwrap();
        let count = entries.len();
        let fan = (0..256).map(|byte| u32::try_from(count.min(byte + 1)).unwrap()).collect();
        let ids = (0..count).flat_map(|number| [u8::try_from(number).unwrap(); 20]).collect();
        let offsets = places.iter().map(|place| u32::try_from(place.offset).unwrap()).collect();
        let pack = Pack { file, width: 20, fan, ids, offsets, far: Vec::new() };
        (PackReader::new(Arc::new(Packs(vec![pack]))), places)
    }

    #[test]
    fn a_chain_ends_where_it_is_a_circle_or_too_large() {
        let delta = [4, 4, 0x90, 4];
        let (mut reader, places) =
            made(&[entry(3, 4, b"", b"text"), entry(7, 4, &[0; 20], &delta), entry(7, 4, &[3; 20], &delta), entry(7, 4, &[2; 20], &delta)]);
        assert_eq!(reader.blob(places[1]).as_deref(), Some(&b"text"[..]));
        assert!(reader.blob(places[2]).is_none() && reader.blob(places[3]).is_none());

        let (first, second) = ([4, 5, 0x90, 4, 1, b'!'], [5, 6, 0x90, 5, 1, b'?']);
        let (mut reader, places) = made(&[entry(3, 4, b"", b"text"), entry(7, 6, &[0; 20], &first), entry(7, 6, &[1; 20], &second)]);
        reader.most = 11;
        assert!(reader.blob(places[2]).is_none());
        reader.most = 12;
        assert_eq!(reader.blob(places[2]).as_deref(), Some(&b"text!?"[..]));
    }

    #[test]
    fn a_declared_size_sets_nothing_aside() {
        let large = usize::try_from(MAX_OBJECT).unwrap();
        assert_eq!((room(0, large), room(0, 9), room(large, large)), (FIRST, 10, large + 1));
        let text = b"a line\n".repeat(100_000);
        let (mut reader, places) = made(&[
            entry(3, text.len() as u64, b"", &text),
            entry(3, text.len() as u64 - 1, b"", &text),
            entry(3, text.len() as u64 + 1, b"", &text),
            entry(3, MAX_OBJECT, b"", b"short"),
            entry(3, MAX_OBJECT + 1, b"", b"short"),
        ]);
        assert!(reader.blob(places[0]).as_deref() == Some(text.as_slice()));
        assert!(places[1..].iter().all(|place| reader.blob(*place).is_none()));
    }

    #[test]
    fn a_distance_beyond_all_numbers_is_none() {
        let most = [&[0x80][..], &[0xFE; 8], &[0x7F]].concat();
        assert_eq!(distance(&mut most.as_slice()), Some(u64::MAX));
        let more = [&[0x80][..], &[0xFE; 8], &[0xFF, 0]].concat();
        assert_eq!(distance(&mut more.as_slice()), None);
    }

    #[test]
    fn a_delta_takes_nothing_that_is_not_there() {
        for (delta, expected) in [
            (&[4, 4, 0x90, 4][..], Some(&b"abcd"[..])),
            (&[4, 5, 0x91, 1, 3, 2, b'x', b'y'], Some(b"bcdxy")),
            (&[4, 0], Some(b"")),
            (&[5, 4, 0x90, 4], None),
            (&[4, 4, 0x90, 5], None),
            (&[4, 4, 0x91, 9, 1], None),
            (&[4, 3, 0x90, 4], None),
            (&[4, 5, 0x90, 4], None),
            (&[4, 4, 0], None),
            (&[4, 4, 3, b'x'], None),
            (&[4, 4, 0x9F, 1], None),
            (&[4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 4], None),
            (&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], None),
            (&[4], None),
            (&[], None),
        ] {
            let mut out = Vec::new();
            let made = apply(b"abcd", delta, &mut out);
            assert_eq!(made.map(|()| out.as_slice()), expected, "{delta:?}");
        }
    }
}

//! Blobs out of the packs of a repository, decoded by gitoxide. The history of a file is a chain of deltas with the newest version at its root, and is
//! scanned from its other end: every version on the way down is kept until it is asked for, so that each delta is applied once. A cache of gitoxide's own
//! keeps what was asked for only, and would apply a chain again for each of its versions. `git cat-file` does as this reader does, and then passes every
//! byte through a pipe; it remains for whatever is not found or not understood here.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix_hash::{Kind, ObjectId, oid};
use gix_pack::cache::DecodeEntry;
use gix_pack::data::decode::entry::ResolvedBase;
use gix_pack::data::entry::Header;
use gix_pack::{data, index};
use gix_zlib::Inflate;

use super::call::{Git, path_of_line, text};

/// Bytes of versions that wait to be asked for, of one thread.
const KEPT: usize = 48 << 20;
/// Deltas between a version and the root of its chain; git itself makes no more than 4,095.
const MAX_CHAIN: usize = 4096;
/// Bytes that one version is made in: twice its own, and those of its delta. What needs more is left to git.
const MAX_BYTES: usize = 256 << 20;
/// Damaged objects after which a thread leaves the rest to git: each may declare a size that only costs time.
const MAX_DAMAGED: usize = 32;
/// Packs that are held open, the largest; what stands in others is left to git.
const MAX_PACKS: usize = 64;
/// Folders of objects that one may borrow from.
const MAX_ALTERNATES: usize = 16;

/// The packs of a repository, shared by all threads.
#[derive(Default)]
pub struct Packs(Vec<Pack>);

impl Packs {
    /// Those of the repository that the absolute `folder` lies in; what cannot be read is left out.
    pub fn of(folder: &Path) -> Self {
        let Ok(answer) = Git::new(folder).run(&["rev-parse", "--show-object-format", "--git-path", "objects"]) else { return Self::default() };
        let mut lines = answer.splitn(2, |byte| *byte == b'\n');
        let (format, objects) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let Ok(kind) = text(format).parse() else { return Self::default() };
        let mut folders = vec![folder.join(path_of_line(objects))];
        let mut found = Vec::new();
        let mut next = 0;
        while let Some(objects) = folders.get(next).cloned() {
            folders.extend(alternates(&objects).into_iter().take(MAX_ALTERNATES.saturating_sub(folders.len())));
            found.extend(indices(&objects.join("pack")));
            next += 1;
        }
        let size = |index: &PathBuf| fs::metadata(index.with_extension("pack")).map_or(0, |metadata| metadata.len());
        found.sort_by_cached_key(|index| Reverse(size(index)));
        Self(found.iter().filter_map(|index| Pack::open(index, kind)).take(MAX_PACKS).collect())
    }

    fn find(&self, id: &oid) -> Option<Place> {
        self.0.iter().enumerate().find_map(|(pack, found)| Some(Place { pack, offset: found.find(id)? }))
    }

    /// What stands at a place: how it is stored, and the place of what it is made of.
    fn entry(&self, place: Place) -> Option<(data::Entry, Option<Place>)> {
        let entry = self.0[place.pack].data.entry(place.offset).ok()?;
        let base = match entry.header {
            Header::Blob => None,
            Header::OfsDelta { base_distance } => Some(Place { offset: entry.checked_base_pack_offset(base_distance)?, ..place }),
            Header::RefDelta { base_id } => Some(self.find(&base_id)?),
            Header::Commit | Header::Tree | Header::Tag => return None,
        };
        Some((entry, base))
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

/// A pack and its index.
struct Pack {
    index: index::File,
    data: data::File,
}

impl Pack {
    fn open(path: &Path, kind: Kind) -> Option<Self> {
        let pack = path.with_extension("pack");
        let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if !is_file(path) || !is_file(&pack) {
            return None;
        }
        let data = data::File::at(pack, kind).ok()?.with_alloc_limit_bytes(Some(MAX_BYTES));
        Some(Self { index: index::File::at(path, kind).ok()?, data })
    }

    fn find(&self, id: &oid) -> Option<u64> {
        let found = (id.kind() == self.index.object_hash()).then(|| self.index.lookup(id))??;
        Some(self.index.pack_offset_at_index(found))
    }
}

/// Reads blobs one after the other, for one thread.
pub struct PackReader {
    packs: Arc<Packs>,
    inflate: Inflate,
    /// Versions that were made on the way to another one, and the order in which they are given up.
    kept: HashMap<Place, Vec<u8>>,
    order: VecDeque<Place>,
    bytes: usize,
    damaged: usize,
}

impl PackReader {
    /// A reader of these packs.
    pub fn new(packs: Arc<Packs>) -> Self {
        Self { packs, inflate: Inflate::default(), kept: HashMap::new(), order: VecDeque::new(), bytes: 0, damaged: 0 }
    }

    /// Reads the blob with this id into `out`, in place of what is there. Nothing where it is in no pack, or its pack is damaged.
    pub fn read(&mut self, id: &str, out: &mut Vec<u8>) -> Option<()> {
        let place = self.packs.find(&ObjectId::from_hex(id.as_bytes()).ok()?)?;
        if self.damaged > MAX_DAMAGED {
            return None;
        }
        let blob = self.blob(place);
        self.damaged += usize::from(blob.is_none());
        *out = blob?;
        Some(())
    }

    fn blob(&mut self, place: Place) -> Option<Vec<u8>> {
        let mut entries = Vec::new();
        let (mut at, mut version) = (place, None);
        loop {
            if let Some(known) = self.take(at) {
                version = Some((at, known));
                break;
            }
            let (entry, base) = self.packs.entry(at)?;
            entries.push((at, entry));
            match base {
                None => break,
                Some(_) if entries.len() > MAX_CHAIN => return None,
                Some(base) => at = base,
            }
        }
        while let Some((at, entry)) = entries.pop() {
            let next = self.decoded(at.pack, entry, version.as_ref().map(|(_, base)| base.as_slice()))?;
            if let Some((from, base)) = version.replace((at, next)) {
                self.keep(from, base);
            }
        }
        Some(version?.1)
    }

    /// What is stored as `entry`: a blob, or a delta that is applied to `version`.
    fn decoded(&mut self, pack: usize, entry: data::Entry, version: Option<&[u8]>) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut base = Base { delta: entry.data_offset, version };
        let elsewhere = |_: &oid, out: &mut Vec<u8>| Ok(base_of(version, out).map(|kind| ResolvedBase::OutOfPack { kind, end: out.len() }));
        self.packs.0[pack].data.decode_entry(entry, &mut out, &mut self.inflate, &elsewhere, &mut base).ok()?;
        out.shrink_to_fit();
        Some(out)
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
        }
        self.order.push_back(place);
        while self.bytes > KEPT || self.order.len() > 4 * (self.kept.len() + 64) {
            let Some(first) = self.order.pop_front() else { break };
            self.take(first);
        }
    }
}

/// What a delta is applied to, where gitoxide asks its cache for it.
struct Base<'a> {
    /// Where the bytes of the delta begin: the delta itself is asked for too.
    delta: u64,
    version: Option<&'a [u8]>,
}

impl DecodeEntry for Base<'_> {
    fn put(&mut self, _: u32, _: u64, _: &[u8], _: gix_object::Kind, _: usize) {}

    fn get(&mut self, _: u32, offset: u64, out: &mut Vec<u8>) -> Option<(gix_object::Kind, usize)> {
        base_of(self.version.filter(|_| offset != self.delta), out).map(|kind| (kind, 0))
    }
}

/// Gives the version that a delta is applied to, with room for the one that is made of it: otherwise the decoder copies it once more.
fn base_of(version: Option<&[u8]>, out: &mut Vec<u8>) -> Option<gix_object::Kind> {
    let version = version?;
    out.clear();
    out.reserve_exact((3 * version.len()).min(MAX_BYTES));
    out.extend_from_slice(version);
    Some(gix_object::Kind::Blob)
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
                assert!(reader.bytes <= KEPT && reader.kept.values().map(Vec::capacity).sum::<usize>() <= reader.bytes + reader.kept.len() * 4096);
                assert!(reader.read(&"0".repeat(if format == "sha1" { 40 } else { 64 }), &mut ours).is_none());
            }
        }
    }

    fn opened(folder: &Path, pack: &[u8], index: &[u8]) -> Option<Pack> {
        let path = folder.join("pack.idx");
        fs::write(path.with_extension("pack"), pack).unwrap();
        fs::write(&path, index).unwrap();
        Pack::open(&path, Kind::Sha1)
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
            let folder = tempfile::tempdir().unwrap();
            let Some(pack) = opened(folder.path(), &pack, &index) else {
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
            fs::write(copy.with_extension("pack"), [b"PACK\0\0\0\x02".as_slice(), &[0; 24]].concat()).unwrap();
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
        let count = entries.len();
        let numbers = |numbers: Vec<usize>| numbers.into_iter().flat_map(|number| u32::try_from(number).unwrap().to_be_bytes());
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        index.extend(numbers((0..256).map(|byte| if byte == 255 { count } else { count.min(byte + 1) }).collect()));
        index.extend((0..count).flat_map(|number| [u8::try_from(number).unwrap_or(u8::MAX); 20]));
        index.extend(numbers(vec![0; count]));
        index.extend(numbers(places.iter().map(|place| usize::try_from(place.offset).unwrap()).collect()));
        index.extend([0; 40]);
        let folder = tempfile::tempdir().unwrap();
        let pack = opened(folder.path(), &pack, &index).unwrap();
        (PackReader::new(Arc::new(Packs(vec![pack]))), places)
    }

    #[test]
    fn a_chain_ends_where_it_is_a_circle_or_too_long() {
        let delta = [4, 4, 0x90, 4];
        let (mut reader, places) =
            made(&[entry(3, 4, b"", b"text"), entry(7, 4, &[0; 20], &delta), entry(7, 4, &[3; 20], &delta), entry(7, 4, &[2; 20], &delta)]);
        assert_eq!(reader.blob(places[1]).as_deref(), Some(&b"text"[..]));
        assert!(reader.blob(places[2]).is_none() && reader.blob(places[3]).is_none());

        let next = entry(6, 4, &[0], &delta).len();
        let step = |first: usize| entry(6, 4, &[u8::try_from(first).unwrap()], &delta);
        let mut entries = vec![entry(3, 4, b"", b"text"), step(entry(3, 4, b"", b"text").len())];
        entries.resize_with(MAX_CHAIN + 2, || step(next));
        let (mut reader, places) = made(&entries);
        assert!(reader.blob(places[MAX_CHAIN + 1]).is_none(), "too long");
        assert_eq!(reader.blob(places[MAX_CHAIN]).as_deref(), Some(&b"text"[..]));
        assert_eq!(reader.blob(places[MAX_CHAIN + 1]).as_deref(), Some(&b"text"[..]), "what it is made of is known by now");
    }

    #[test]
    fn only_blobs_are_read() {
        let (mut reader, places) = made(&[entry(2, 4, b"", b"tree"), entry(7, 4, &[0; 20], &[4, 4, 0x90, 4]), entry(3, 0, b"", b"")]);
        assert!(reader.blob(places[0]).is_none() && reader.blob(places[1]).is_none());
        assert_eq!(reader.blob(places[2]).as_deref(), Some(&b""[..]));
    }

    #[test]
    fn a_declared_size_is_no_more_than_a_claim() {
        let text = b"a line\n".repeat(100_000);
        let (mut reader, places) = made(&[
            entry(3, text.len() as u64, b"", &text),
            entry(3, text.len() as u64 - 1, b"", &text),
            entry(3, text.len() as u64 + 1, b"", &text),
            entry(3, MAX_BYTES as u64 + 1, b"", b"short"),
            entry(3, u64::MAX >> 8, b"", b"short"),
            entry(7, 4, &[0; 20], &[0xA0, 0xDC, 0x2A, 0xFF]),
        ]);
        assert!(reader.blob(places[0]).as_deref() == Some(text.as_slice()));
        assert!(places[1..].iter().all(|place| reader.blob(*place).is_none()));
    }

    #[test]
    fn what_is_damaged_all_over_is_left_to_git() {
        let (mut reader, _) = made(&[entry(3, 4, b"", b"text"), entry(3, 5, b"", b"short")].map(|entry| entry.split_at(entry.len() - 4).0.to_vec()));
        let mut out = Vec::new();
        let (damaged, whole) = ("01".repeat(20), "00".repeat(20));
        assert!((0..=MAX_DAMAGED).all(|_| reader.read(&damaged, &mut out).is_none()));
        let mut reader = PackReader { damaged: reader.damaged, ..made(&[entry(3, 4, b"", b"text")]).0 };
        assert!(reader.read(&whole, &mut out).is_none());
        reader.damaged = MAX_DAMAGED;
        assert!(reader.read(&whole, &mut out).is_some() && out == b"text");
    }
}

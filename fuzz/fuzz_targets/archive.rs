//! Any bytes as an archive: bounded, no entry is larger than allowed, every name is one below the archive.
#![no_main]

use aelix_lint::model::Target;
use aelix_lint::source::archive::{self, Entry};
use aelix_lint::source::{Buffer, FileSize};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (target, mut buffer, largest) = (Target::stdin("archive"), Buffer::default(), FileSize::default());
    buffer.exchange(&mut data.to_vec());
    let mut visit = |name: &str, entry: Entry| {
        assert!(!name.starts_with('/') && name.split('/').all(|part| part != ".."), "a name stays below its archive");
        if let Entry::Bytes(bytes) = entry {
            assert!(bytes.len() as u64 <= largest.bytes(), "an entry is no larger than a file may be");
        }
    };
    if let Some(Err(error)) = archive::open(&target, &mut buffer, largest, &mut visit) {
        panic!("memory can be read: {error}");
    }
});

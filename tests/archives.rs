//! Archives: what is in them is found under `outer!inner`, what is hostile is bounded and said, and only `--archives` opens them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use zip::write::SimpleFileOptions;

/// A key made up at run time: no secret-shaped bytes in this file.
fn text() -> Vec<u8> {
    ["token = \"ghp", "_wWPw5k4aXcaT4fNP0UcnZwUJFVk6LO0pINUx\"\n"].concat().into_bytes()
}

fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The names go into the headers as they are.
fn tar(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// What a run says.
struct Run {
    report: Value,
    status: i32,
}

impl Run {
    fn paths(&self) -> Vec<&str> {
        self.report["findings"].as_array().unwrap().iter().map(|finding| finding["path"].as_str().unwrap()).collect()
    }

    fn notices(&self) -> String {
        self.report["notices"].to_string()
    }

    fn skipped(&self) -> String {
        self.report["skipped"].to_string()
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    let output = command.current_dir(folder).args(["--isolated", "--format", "json"]).args(arguments).stdin(Stdio::null()).output().unwrap();
    Run { report: serde_json::from_slice(&output.stdout).unwrap(), status: output.status.code().unwrap() }
}

/// One file in a folder, scanned.
fn scan(name: &str, bytes: &[u8], arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    run(folder.path(), arguments)
}

fn opened(name: &str, bytes: &[u8]) -> Run {
    scan(name, bytes, &["--archives"])
}

#[test]
fn what_is_in_an_archive_is_found_under_its_name() {
    let (inner, long) = (zip(&[("conf/app.env", text())]), "a/".repeat(90) + "b.py");
    let mut pax = tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("path", long.as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(text().len() as u64);
    header.set_cksum();
    pax.append(&header, text().as_slice()).unwrap();
    let in_pax = format!("x.tar!{long}");
    for (name, bytes, path) in [
        ("app.jar", zip(&[("conf/app.env", text())]), "app.jar!conf/app.env"),
        ("x.tar", tar(&[("a.txt", text())]), "x.tar!a.txt"),
        ("x.tgz", gz(&tar(&[("a.txt", text())])), "x.tgz!a.txt"),
        ("dump.sql.gz", gz(&text()), "dump.sql.gz!dump.sql"),
        ("no-extension", zip(&[("a.txt", text())]), "no-extension!a.txt"),
        ("x.zip", zip(&[("lib/inner.zip", inner.clone())]), "x.zip!lib/inner.zip!conf/app.env"),
        ("x.tar", tar(&[("inner.zip", inner)]), "x.tar!inner.zip!conf/app.env"),
        ("x.tar", pax.into_inner().unwrap(), in_pax.as_str()),
    ] {
        let run = opened(name, &bytes);
        assert_eq!(run.paths(), [path]);
        assert_eq!(run.status, 1, "{path}");
        assert!(scan(name, &bytes, &[]).paths().is_empty(), "{path} is opened by the flag alone");
    }
}

#[test]
fn standard_input_may_be_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in"), gz(&text())).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    command.args(["--isolated", "--format", "concise", "--archives", "--stdin-filename", "a.gz", "-"]);
    let output = command.stdin(std::fs::File::open(folder.path().join("in")).unwrap()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("a.gz!a:1:10: "));
}

#[test]
fn comments_mute_in_their_own_entry_alone() {
    let muted = |line: &str| format!("{}{line}", String::from_utf8(text()).unwrap().trim_end()).into_bytes();
    let allowed = muted(" # aelix-lint: allow secrets/* -- a sample for the test\n");
    assert_eq!(opened("x.zip", &zip(&[("a.py", allowed), ("b.py", text())])).paths(), ["x.zip!b.py"]);
}

#[test]
fn a_name_leads_nowhere() {
    let run = opened("x.tar", &tar(&[("../../etc/up.env", text()), ("/root.env", text()), ("a/./b.env", text())]));
    assert_eq!(run.paths(), ["x.tar!a/b.env", "x.tar!etc/up.env", "x.tar!root.env"]);
}

#[test]
fn links_and_binary_entries_are_counted() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "link", "/etc/passwd").unwrap();
    let mut other = tar::Header::new_ustar();
    other.set_path("a.bin").unwrap();
    other.set_size(4);
    other.set_cksum();
    builder.append(&other, [0u8; 4].as_slice()).unwrap();
    let run = opened("x.tar", &builder.into_inner().unwrap());
    for said in ["x.tar!link", "x.tar!a.bin"] {
        assert!(run.skipped().contains(said), "{}", run.skipped());
    }
    assert_eq!(run.status, 0);
}

#[test]
fn bombs_are_bounded_and_said() {
    let zeros = vec![0; 15 << 20];
    let mut once = zip::ZipArchive::new(Cursor::new(zip(&[("0", zeros.clone())]))).unwrap();
    let mut flat = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..5 {
        flat.raw_copy_file_rename(once.by_index(0).unwrap(), index.to_string()).unwrap();
    }
    assert!(opened("x.zip", &flat.finish().unwrap().into_inner()).notices().contains("it unpacks to too much"), "a flat bomb");
    // Members of gzip follow each other: the tar archive of one entry, without its end, five times.
    let one = gz(&tar(&[("0", zeros)])[..512 + (15 << 20)]);
    assert!(opened("x.tgz", &one.repeat(5)).notices().contains("it unpacks to too much"), "a bomb in tar");
    let mut deep = zip(&[("a.env", text())]);
    for _ in 0..4 {
        deep = zip(&[("in.zip", deep)]);
    }
    let run = opened("x.zip", &deep);
    assert!(run.paths().is_empty() && run.notices().contains("deeper than 3"), "{}", run.notices());
    let run = scan("x.gz", &gz(&vec![b'a'; 5000]), &["--archives", "--max-file-size", "4KiB"]);
    assert!(run.skipped().contains("x.gz!x"), "{}", run.skipped());
}

#[test]
fn too_many_entries_are_refused_before_they_are_listed() {
    let mut bytes = zip(&[("a.env", text())]);
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    bytes[end + 8..end + 12].fill(0xFE);
    assert!(opened("x.zip", &bytes).notices().contains("it has 65278 entries, more than 50000"));
}

#[test]
fn a_damaged_archive_is_never_clean() {
    let noise = (0..4000u32).fold(String::new(), |mut text, number| {
        let _ = write!(text, "{:x}", number.wrapping_mul(2_654_435_761));
        text
    });
    for (name, bytes) in [
        ("x.zip", zip(&[("a.txt", noise.clone().into_bytes())])),
        ("x.gz", gz(noise.as_bytes())),
        ("x.tgz", gz(&tar(&[("a.txt", noise.clone().into_bytes())]))),
        ("x.tar", tar(&[("a.txt", noise.clone().into_bytes())])),
    ] {
        let cut = opened(name, &bytes[..bytes.len() / 2]);
        assert_eq!(cut.status, 2, "{name}: {}", cut.report);
        assert!(cut.report["errors"].to_string().contains("cannot read all of"), "{name}");
    }
    let inner = gz(noise.as_bytes());
    let run = opened("x.zip", &zip(&[("cut.gz", inner[..inner.len() / 2].to_vec()), ("b.env", text())]));
    assert_eq!((run.paths(), run.status), (vec!["x.zip!b.env"], 2), "the rest of the archive is read");
}

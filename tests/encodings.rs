//! The same secret in every encoding and with every line end: the same line and column in every format, and the bytes of the file on disk.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A key made up at run time: no secret-shaped bytes in this file.
fn key() -> String {
    ["ghp", "_wWPw5k4aXcaT4fNP0UcnZwUJFVk6LO0pINUx"].concat()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16Le,
    Utf16Be,
    /// One byte a character, those above ASCII invalid as UTF-8.
    Latin1,
}

impl Encoding {
    const ALL: [Self; 5] = [Self::Utf8, Self::Utf8WithMark, Self::Utf16Le, Self::Utf16Be, Self::Latin1];

    fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8WithMark => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Utf8 | Self::Latin1 => b"",
        }
    }

    fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf8WithMark => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        }
    }
}

/// Line, column, end line, end column.
type Place = (u64, u64, u64, u64);

/// What must be said of the only finding of a file.
struct Expected {
    file: String,
    /// Columns in code points.
    place: Place,
    /// Columns in UTF-16 code units.
    units: Place,
    /// Bytes of the file on disk.
    bytes: (u64, u64),
    value: String,
}

fn report(folder: &Path, format: &str) -> String {
    let arguments = ["--isolated", "--color", "never", "--format", format, "."];
    let output = Command::new(env!("CARGO_BIN_EXE_aelix-lint")).args(arguments).current_dir(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn numbers<const N: usize>(value: &Value, keys: [&str; N]) -> [u64; N] {
    keys.map(|key| value[key].as_u64().unwrap_or_else(|| panic!("no {key} in {value}")))
}

/// The finding of `file` among those of a JSON report.
fn json_place(findings: &[Value], file: &str) -> (Place, (u64, u64)) {
    let of_file: Vec<&Value> = findings.iter().filter(|finding| finding["path"] == file).collect();
    assert_eq!(of_file.len(), 1, "{file}");
    let [line, column, end_line, end_column] = numbers(of_file[0], ["line", "column", "end_line", "end_column"]);
    let [start, end] = numbers(&of_file[0]["span"], ["start", "end"]);
    ((line, column, end_line, end_column), (start, end))
}

/// Checks what every format says of the files of `folder`.
fn check(folder: &Path, all: &[Expected]) {
    let document: Value = serde_json::from_str(&report(folder, "json")).unwrap();
    let lines: Vec<Value> =
        report(folder, "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).filter(|line: &Value| line["type"] == "finding").collect();
    let sarif: Value = serde_json::from_str(&report(folder, "sarif")).unwrap();
    let regions: Vec<&Value> = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|result| &result["locations"][0]["physicalLocation"]).collect();
    let (human, concise) = (report(folder, "human"), report(folder, "concise"));
    for Expected { file, place, units, bytes, value } in all {
        assert_eq!(json_place(document["findings"].as_array().unwrap(), file), (*place, *bytes), "json, {file}");
        assert_eq!(json_place(&lines, file), (*place, *bytes), "jsonl, {file}");
        let region = &regions.iter().find(|physical| physical["artifactLocation"]["uri"] == file.as_str()).unwrap()["region"];
        assert_eq!(<(u64, u64, u64, u64)>::from(numbers(region, ["startLine", "startColumn", "endLine", "endColumn"])), *units, "sarif, {file}");
        let said = format!("{file}:{}:{}", place.0, place.1);
        assert!(concise.lines().any(|line| line.starts_with(&format!("{said}:"))), "concise: {said} in\n{concise}");
        let shown = human.split_once(&format!("{said}\n")).unwrap_or_else(|| panic!("human: {said} in\n{human}")).1;
        assert!(shown.lines().take(3).any(|line| line.trim_start().starts_with(&format!("{} |", place.0))), "the shown line has its number: {shown}");
        for text in [&human, &concise] {
            assert!(!text.contains('\u{FEFF}') && !text.contains(&value[8..]), "{text}");
        }
    }
}

#[test]
fn lines_columns_and_bytes_are_those_of_the_file() {
    let (folder, mut all) = (tempfile::tempdir().unwrap(), Vec::new());
    for encoding in Encoding::ALL {
        for (ends, [first, second, third]) in [("lf", ["\n"; 3]), ("crlf", ["\r\n"; 3]), ("cr", ["\r"; 3]), ("mixed", ["\r", "\n", "\r\n"])] {
            let (sign, units) = if encoding == Encoding::Latin1 { ("é", 1) } else { ("\u{1F511}", 2) };
            let before = format!("# né{first}#{second}café {sign} = ");
            let file = format!("{encoding:?}-{ends}.cfg").to_lowercase();
            let text = format!("{before}{}{third}rest{first}", key());
            std::fs::write(folder.path().join(&file), [encoding.mark(), &encoding.bytes(&text)].concat()).unwrap();
            let start = (encoding.mark().len() + encoding.bytes(&before).len()) as u64;
            let bytes = (start, start + encoding.bytes(&key()).len() as u64);
            let (column, length) = (10, key().len() as u64);
            let place = (3, column, 3, column + length);
            let units = (3, column + units - 1, 3, column + units - 1 + length);
            all.push(Expected { file, place, units, bytes, value: key() });
        }
    }
    check(folder.path(), &all);
}

#[test]
fn the_first_line_has_no_column_for_a_byte_order_mark() {
    let (folder, mut all) = (tempfile::tempdir().unwrap(), Vec::new());
    let value = ["q8Zr2LmX0vK", "p4TnYw6BdJs7HfUc1"].concat();
    for (name, before, after) in [
        (".env", "client_secret=", ""),
        ("app.cfg", "client_secret = ", "\n"),
        ("x.yaml", "client_secret: ", "\r\n"),
        ("x.json", "{\"client_secret\": \"", "\"}"),
    ] {
        for encoding in Encoding::ALL {
            let file = format!("{encoding:?}/{name}").to_lowercase();
            std::fs::create_dir_all(folder.path().join(&file).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(&file), [encoding.mark(), &encoding.bytes(&format!("{before}{value}{after}"))].concat()).unwrap();
            let start = (encoding.mark().len() + encoding.bytes(before).len()) as u64;
            let column = before.len() as u64 + 1;
            let place = (1, column, 1, column + value.len() as u64);
            all.push(Expected { file, place, units: place, bytes: (start, start + encoding.bytes(&value).len() as u64), value: value.clone() });
        }
    }
    check(folder.path(), &all);
}

#[test]
fn a_comment_mutes_in_every_encoding() {
    let folder = tempfile::tempdir().unwrap();
    for encoding in Encoding::ALL {
        for (name, end) in [("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")] {
            let text = format!("# aelix-lint: allow secrets/* -- made up, né{end}token = {}{end}{end}x{end}", key());
            std::fs::write(folder.path().join(format!("{encoding:?}-{name}.cfg")), [encoding.mark(), &encoding.bytes(&text)].concat()).unwrap();
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_aelix-lint")).args(["--isolated", "--format", "json", "."]).current_dir(folder.path()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["summary"]["findings"].as_u64(), report["summary"]["suppressed"].as_u64()), (Some(0), Some(15)));
}

//! Documents and code within files, of any mixture of real ones: nothing panics, every span lies within the file, every text leads back to it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use aelix_lint::lang::Notation;
use aelix_lint::scan::document::{self, Anchors};
use aelix_lint::scan::embedded::{self, Container};
use aelix_lint::scan::{bicep, nginx};
use aelix_lint::text::{Lines, Mapped, Span};
use proptest::prelude::*;

const NOTATIONS: [Notation; 7] = [Notation::Yaml, Notation::Json, Notation::Toml, Notation::Xml, Notation::Ini, Notation::Properties, Notation::Dotenv];

/// A name of every kind of file that holds code of other languages.
const NAMES: [&str; 8] = ["Dockerfile", "a.html", "a.yaml", "a.md", "a.ipynb", ".github/workflows/a.yml", ".gitlab-ci.yml", ".circleci/config.yml"];

/// The fixtures.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    gather(&root.join("embedded"), &mut found);
    gather(&root.join("settings"), &mut found);
    gather(&root.join("infrastructure/bicep"), &mut found);
    gather(&root.join("infrastructure/nginx"), &mut found);
    found
});

fn gather(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), found);
        } else {
            found.push(fs::read(entry.path()).unwrap());
        }
    }
}

/// Parts of the fixtures, and bytes with a meaning somewhere, one after the other.
fn mixture() -> impl Strategy<Value = Vec<u8>> {
    let part = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..400usize).prop_map(|(file, from, length)| {
        let file = file.get(&FILES);
        let from = from.index(file.len());
        file[from..file.len().min(from + length)].to_vec()
    });
    let signs = prop::sample::select(vec![
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "{{",
        "}}",
        "${{",
        "<",
        ">",
        "/>",
        "<!--",
        "\\",
        "\\u",
        "\\ud83d",
        "\n",
        "\r",
        "\r\n",
        "\t",
        ": ",
        ":",
        "- ",
        "? ",
        "|",
        ">-",
        "|9",
        "&a ",
        "*a",
        "!t ",
        "---\n",
        "...\n",
        "#",
        " #",
        "=",
        "'''",
        "\"\"\"",
        "```",
        "~~~sh\n",
        "<script>",
        "</script>",
        "RUN ",
        "<<EOF\n",
        "%%bash\n",
        "\u{e9}",
        "\u{feff}",
        "kind: ConfigMap\n",
        "resource a 'Microsoft.X/y@1' = {\n",
        "[for x in ",
        "param a = ",
        "var a = ",
        "${",
        "if (",
        "allow ",
        ";",
    ]);
    prop::collection::vec(prop_oneof![3 => part, 2 => signs.prop_map(|sign| sign.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..4)], 0..12)
        .prop_map(|parts| parts.concat())
}

/// Whether all of a text comes from the file.
fn leads_back(text: &Mapped, bytes: &[u8]) -> bool {
    text.pieces(Span::new(0, text.bytes().len())).iter().all(|piece| piece.end <= bytes.len())
}

proptest! {
    #[test]
    fn any_mixture_is_a_document(bytes in mixture()) {
        for notation in NOTATIONS {
            for root in &document::read(notation, &bytes) {
                let anchors = Anchors::of(root);
                root.walk(&mut |node| {
                    assert!(node.span.end <= bytes.len() && node.text().is_none_or(|text| leads_back(text, &bytes)), "{notation:?} {:?}", node.span);
                    anchors.get(node, "key");
                });
                root.leaves();
            }
        }
    }

    #[test]
    fn any_mixture_declares_resources(bytes in mixture()) {
        for resource in bicep::resources(&bytes).iter().chain(&nginx::resources(&bytes)) {
            assert!(resource.span.end <= bytes.len() && resource.attributes.iter().all(|attribute| attribute.span.end <= bytes.len()));
        }
    }

    #[test]
    fn any_mixture_is_taken_apart(bytes in mixture()) {
        for name in NAMES {
            for region in &embedded::split(Container::of(name).unwrap(), &bytes).regions {
                prop_assert!(leads_back(&region.text, &bytes), "{}", name);
                prop_assert!(region.own.iter().all(|own| own.end <= bytes.len()), "{}", name);
                region.lines(&Lines::new(&bytes));
            }
        }
    }
}

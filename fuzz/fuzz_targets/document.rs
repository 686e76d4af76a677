//! Any bytes as a document in every notation, as a file that declares infrastructure, and as one that holds code of other languages: the first byte
//! chooses.
#![no_main]

use aelix_lint::lang::Notation;
use aelix_lint::scan::document::{self, Anchors};
use aelix_lint::scan::embedded::{self, Container};
use aelix_lint::scan::{bicep, nginx};
use aelix_lint::text::{Lines, Span};
use libfuzzer_sys::fuzz_target;

const NOTATIONS: [Notation; 7] =
    [Notation::Yaml, Notation::Json, Notation::Toml, Notation::Xml, Notation::Ini, Notation::Properties, Notation::Dotenv];

/// A name of every kind of file that holds code of other languages.
const NAMES: [&str; 8] =
    ["Dockerfile", "a.html", "a.yaml", "a.md", "a.ipynb", ".github/workflows/a.yml", ".gitlab-ci.yml", ".circleci/config.yml"];

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let chosen = usize::from(first) % (NOTATIONS.len() + NAMES.len() + 2);
    let whole = Span::new(0, bytes.len());
    if let Some(notation) = NOTATIONS.get(chosen) {
        for root in &document::read(*notation, bytes) {
            let anchors = Anchors::of(root);
            root.walk(&mut |node| {
                assert!(whole.contains(node.span), "a node lies within the document");
                if let Some(text) = node.text() {
                    assert!(text.pieces(Span::new(0, text.bytes().len())).iter().all(|piece| whole.contains(*piece)), "a text comes from the document");
                }
                anchors.get(node, "key");
            });
            root.leaves();
        }
        return;
    }
    let Some(name) = NAMES.get(chosen - NOTATIONS.len()) else {
        let is_bicep = chosen == NOTATIONS.len() + NAMES.len();
        for resource in if is_bicep { bicep::resources(bytes) } else { nginx::resources(bytes) } {
            assert!(whole.contains(resource.span), "a resource stands in the file");
            assert!(resource.attributes.iter().all(|attribute| whole.contains(attribute.span)), "an attribute stands in the file");
        }
        return;
    };
    let Some(container) = Container::of(name) else { return };
    for region in &embedded::split(container, bytes).regions {
        let length = region.text.bytes().len();
        assert!(region.text.pieces(Span::new(0, length)).iter().all(|piece| whole.contains(*piece)), "code comes from the file");
        region.lines(&Lines::new(bytes));
    }
});

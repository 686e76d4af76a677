//! Files in Kubernetes `ConfigMap`s and Secrets: entries of `data` whose key names a file of a known language.

use crate::scan::document::{self, Kind, Node, Style};
use crate::text::decode::Decoding;
use crate::text::{Mapped, Span};

use super::{Code, Found};

/// What announces a `ConfigMap`.
pub const ANCHORS: [&str; 3] = ["kind: ConfigMap", "kind: \"ConfigMap\"", "kind: 'ConfigMap'"];

pub(super) fn regions(bytes: &[u8], found: &mut impl FnMut(Found)) {
    for document in &document::yaml(bytes) {
        // A list of objects, or one.
        let items = document.get("items").map(Node::items).unwrap_or_default();
        for object in std::iter::once(document).chain(items) {
            files(object, found);
        }
    }
}

fn files(object: &Node, found: &mut impl FnMut(Found)) {
    let kind = object.get("kind").and_then(Node::str);
    let plain = ["data", "stringData"].into_iter().filter(|key| kind == Some("ConfigMap") || *key == "stringData").filter_map(|key| object.get(key));
    let encoded = ["data", "binaryData"].into_iter().filter(|key| kind == Some("Secret") || *key == "binaryData").filter_map(|key| object.get(key));
    if !matches!(kind, Some("ConfigMap" | "Secret")) {
        return;
    }
    for entry in plain.flat_map(Node::entries) {
        if let (Some(name), Some(text)) = (entry.key.str(), entry.value.text()) {
            file(name, text, found);
        }
    }
    for entry in encoded.flat_map(Node::entries) {
        let Kind::Scalar(text, style) = &entry.value.kind else { continue };
        if let (Some(name), Some(text)) = (entry.key.str(), decoded(text, *style)) {
            file(name, &text, found);
        }
    }
}

fn file(name: &str, text: &Mapped, found: &mut impl FnMut(Found)) {
    if let Some(code) = Code::of_file(name, text.bytes()) {
        found(Found::new(code, text.clone()));
    }
}

/// The text behind base64 on one line, four bytes for three.
fn decoded(text: &Mapped, style: Style) -> Option<Mapped> {
    let bytes = text.bytes().trim_ascii_end();
    if style == Style::Block && bytes.contains(&b'\n') {
        return None;
    }
    let plain = Decoding::Base64.apply(bytes).filter(|plain| std::str::from_utf8(plain).is_ok())?;
    let mut mapped = Mapped::new();
    for (index, group) in plain.chunks(3).enumerate() {
        let source = text.span(Span::new(index * 4, (index * 4 + 4).min(bytes.len())));
        mapped.put(group, source);
    }
    Some(mapped)
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container::Manifest;
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn files_of_known_languages_are_found() {
        for (text, expected) in [
            ("kind: ConfigMap\ndata:\n  a.py: |\n    x = 1\n    y\n  b.txt: z\n  c: w\n", "python: x = 1/y/"),
            ("kind: ConfigMap\ndata:\n  run: |-\n    #!/bin/sh\n    a\n", "bash: #!/bin/sh/a"),
            ("kind: Deployment\ndata:\n  a.py: x\n", ""),
            ("kind: List\nitems:\n- kind: ConfigMap\n  data: {a.sh: 'x'}\n", "bash: x"),
            ("kind: Secret\nstringData:\n  a.sh: x\ndata:\n  b.sh: ZWNobyBo\n  c.sh: no base64\n", "bash: x | bash: echo h"),
            ("kind: ConfigMap\ndata:\n  Dockerfile: |\n    RUN a\n", "bash: a/"),
        ] {
            assert_eq!(shown(Manifest, text), expected, "{text}");
        }
    }

    #[test]
    fn base64_leads_back_by_groups() {
        let mut text = Mapped::new();
        text.copy(b"ZWNobyBo", 10);
        let plain = decoded(&text, Style::Plain).unwrap();
        assert_eq!(plain.bytes(), b"echo h");
        assert_eq!(plain.span(Span::new(4, 5)), Span::new(14, 18));
    }
}

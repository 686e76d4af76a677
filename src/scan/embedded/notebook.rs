//! The code of Jupyter notebooks (nbformat 4, and 3): all cells are one program, in the language of the kernel.

use crate::lang;
use crate::scan::document::{self, Node};
use crate::text::{Mapped, Span};

use super::{Code, Container, Found, end_line, lines};

/// Cells with a language of their own.
const SHELLS: [&str; 3] = ["bash", "sh", "script"];

pub(super) fn regions(bytes: &[u8], found: &mut impl FnMut(Found)) {
    let documents = document::json(bytes);
    let Some(root) = documents.first() else { return };
    let (mut program, mut shell) = (Mapped::new(), Mapped::new());
    let sheets = root.get("worksheets").map(Node::items).unwrap_or_default();
    let cells = root.get("cells").into_iter().chain(sheets.iter().filter_map(|sheet| sheet.get("cells"))).flat_map(Node::items);
    for cell in cells {
        let Some(source) = cell.get("source").or_else(|| cell.get("input")) else { continue };
        let source = joined(source);
        match cell.get("cell_type").and_then(Node::str) {
            Some("code") => match magic(source.bytes()) {
                Magic::None => program_lines(&source, whole(&source), &mut program, &mut shell),
                Magic::Within(start) => program_lines(&source, Span::new(start, source.bytes().len()), &mut program, &mut shell),
                Magic::Other(_, None) => {}
                Magic::Other(start, Some(code)) => {
                    let mut text = Mapped::new();
                    text.append(&source, Span::new(start, source.bytes().len()));
                    found(Found::new(code, text));
                }
            },
            Some("markdown") => found(Found::new(Code::Container(Container::Markdown), source)),
            _ => {}
        }
    }
    if let Some(language) = lang::named(&kernel(root)) {
        found(Found::new(Code::Language(language), program));
    }
    if let Some(code) = Code::shell() {
        found(Found::new(code, shell));
    }
}

fn whole(text: &Mapped) -> Span {
    Span::new(0, text.bytes().len())
}

/// The language of the kernel; Python where nothing is said.
fn kernel(root: &Node) -> String {
    let at = |path: &[&str]| root.at(path).and_then(Node::str).filter(|name| !name.is_empty()).map(str::to_owned);
    let said = at(&["metadata", "kernelspec", "language"]).or_else(|| at(&["metadata", "language_info", "name"]));
    said.or_else(|| at(&["metadata", "kernelspec", "name"])).unwrap_or_else(|| "python".to_owned())
}

/// The source of a cell: a text, or its lines.
fn joined(source: &Node) -> Mapped {
    let mut text = Mapped::new();
    for part in std::iter::once(source).chain(source.items()).filter_map(Node::text) {
        text.append(part, whole(part));
    }
    end_line(&mut text);
    text
}

/// What the first line of a cell makes of it.
enum Magic {
    None,
    /// `%%time`: code of the kernel begins behind it.
    Within(usize),
    /// `%%bash`, `%%writefile app.py`: something else begins there.
    Other(usize, Option<Code>),
}

fn magic(cell: &[u8]) -> Magic {
    let end = memchr::memchr(b'\n', cell).map_or(cell.len(), |end| end + 1);
    let Some(line) = cell[..end].strip_prefix(b"%%") else { return Magic::None };
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let (name, file) = (words.next().unwrap_or_default(), words.rfind(|word| !word.starts_with('-')).unwrap_or_default());
    match name {
        "writefile" | "file" => Magic::Other(end, Code::of_file(file, &cell[end..])),
        _ if SHELLS.contains(&name) => Magic::Other(end, Code::named(if name == "script" { file } else { name })),
        "time" | "timeit" | "capture" | "prun" | "python" | "python3" => Magic::Within(end),
        "js" | "javascript" | "ruby" | "html" => Magic::Other(end, Code::named(name)),
        _ => Magic::Other(end, None),
    }
}

/// Appends the lines of a cell: those behind `!` are shell, those behind `%` are for the notebook.
fn program_lines(source: &Mapped, part: Span, program: &mut Mapped, shell: &mut Mapped) {
    let bytes = &source.bytes()[part.range()];
    for line in lines(bytes) {
        let text = bytes[line.range()].trim_ascii_start();
        let start = part.start + line.end - text.len();
        let all = Span::new(part.start + line.start, part.start + line.end);
        if text.starts_with(b"!") && text.get(1).is_some_and(|b| *b != b'=') {
            shell.append(source, Span::new(start + 1, all.end));
        } else if !(bytes[line.start] == b'%' && text.get(1).is_some_and(u8::is_ascii_alphabetic)) {
            program.append(source, all);
        }
    }
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container::Notebook;
    use super::super::tests::shown;

    #[test]
    fn cells_are_one_program() {
        let code = |source: &str| format!("{{\"cell_type\": \"code\", \"source\": {source}}}");
        let notebook = |cells: &[String], kernel: &str| format!("{{\"cells\": [{}], \"metadata\": {{\"kernelspec\": {{{kernel}}}}}}}", cells.join(", "));
        let python = "\"language\": \"python\", \"name\": \"python3\"";
        for (cells, kernel, expected) in [
            (vec![code("[\"a = \\\"x\\\"\\n\", \"b\"]"), code("\"c\\nd\"")], python, "python: a = \"x\"/b/c/d/"),
            (vec![code("[\"%pip install x\\n\", \"!curl y\\n\", \"a\"]")], python, "python: a/ | bash: curl y/"),
            (vec![code("\"%%bash\\na\""), code("\"%%time\\nb\""), code("\"%%latex\\nc\"")], python, "bash: a/ | python: b/"),
            (vec![code("\"%%writefile -a x.rs\\na\"")], python, "rust: a/"),
            (vec![code("\"a\"")], "\"name\": \"bash\"", "bash: a/"),
            (vec![code("\"a\"")], "\"name\": \"ir\"", ""),
            (vec!["{\"cell_type\": \"markdown\", \"source\": [\"```python\\n\", \"a\\n\", \"```\"]}".to_owned()], python, "python: a/"),
        ] {
            assert_eq!(shown(Notebook, &notebook(&cells, kernel)), expected, "{cells:?}");
        }
        assert_eq!(shown(Notebook, "{\"worksheets\": [{\"cells\": [{\"cell_type\": \"code\", \"input\": [\"a\"]}]}]}"), "python: a/");
        assert_eq!(shown(Notebook, "no notebook"), "");
    }
}

//! What the shell reads of a Dockerfile: `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK`, and the variables of `ENV` and `ARG`. A build stage is one script.

use crate::scan::document::{self, Node};
use crate::text::{Mapped, Span};

use super::{Code, Found, assign, end_line, lines, whole};

/// Instructions in the order of the lines, without comments.
struct Instruction {
    name: String,
    /// What stands behind its name, of all its lines.
    body: Mapped,
}

pub(super) fn regions(bytes: &[u8], found: &mut impl FnMut(Found)) {
    let Some(shell) = Code::shell() else { return };
    let mut stage = Mapped::new();
    let mut rest = lines(bytes);
    while let Some(line) = rest.next() {
        let Some(mut instruction) = read(bytes, line, &mut rest) else { continue };
        if instruction.name == "FROM" {
            found(Found::new(shell, std::mem::take(&mut stage)));
            continue;
        }
        let heredoc = here_document(instruction.body.bytes()).map(|delimiter| here_lines(bytes, &delimiter, &mut rest));
        if instruction.name == "ONBUILD" {
            instruction = inner(&instruction);
        }
        match (instruction.name.as_str(), heredoc) {
            ("RUN", Some(text)) => match reader(instruction.body.bytes(), text.bytes()) {
                Reader::Shell => stage.append(&text, whole(&text)),
                Reader::Other(code) => found(Found::new(code, text)),
                Reader::Unknown => {}
            },
            ("COPY" | "ADD", Some(text)) => {
                let name = String::from_utf8_lossy(instruction.body.bytes().trim_ascii()).into_owned();
                let name = name.rsplit([' ', '/']).next().unwrap_or_default();
                if let Some(code) = Code::of_file(name, text.bytes()) {
                    found(Found::new(code, text));
                }
            }
            ("RUN" | "CMD" | "ENTRYPOINT", None) => command(&instruction.body, &mut stage),
            ("HEALTHCHECK", None) => command(&inner(&instruction).body, &mut stage),
            ("ENV" | "ARG", None) => variables(&instruction.body, &mut stage),
            _ => {}
        }
    }
    found(Found::new(shell, stage));
}

/// The instruction that begins on `line`, with the lines that go on with it.
fn read(bytes: &[u8], line: Span, rest: &mut impl Iterator<Item = Span>) -> Option<Instruction> {
    let text = bytes[line.range()].trim_ascii_start();
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    if length == 0 || !text.get(length).is_none_or(u8::is_ascii_whitespace) {
        return None;
    }
    let name = String::from_utf8_lossy(&text[..length]).to_ascii_uppercase();
    let mut body = Mapped::new();
    let behind = text[length..].trim_ascii_start();
    let mut part = Span::new(line.end - behind.len(), line.end);
    loop {
        let text = &bytes[part.range()];
        let is_comment = text.trim_ascii_start().starts_with(b"#") && !body.bytes().is_empty();
        if !is_comment {
            body.copy(text, part.start);
        }
        let goes_on = is_comment || text.trim_ascii().is_empty() && !body.bytes().is_empty() || text.trim_ascii_end().ends_with(b"\\");
        match if goes_on { rest.next() } else { None } {
            Some(next) => part = next,
            None => return Some(Instruction { name, body }),
        }
    }
}

/// The instruction in another one: `ONBUILD RUN …`, `HEALTHCHECK --interval=5m CMD …`.
fn inner(outer: &Instruction) -> Instruction {
    let part = without_flags(&outer.body);
    let text = &outer.body.bytes()[part.range()];
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let behind = text[length..].trim_ascii_start();
    let mut body = Mapped::new();
    body.append(&outer.body, Span::new(part.end - behind.len(), part.end));
    Instruction { name: String::from_utf8_lossy(&text[..length]).to_ascii_uppercase(), body }
}

/// What stands behind flags such as `--mount=type=cache`.
fn without_flags(body: &Mapped) -> Span {
    let bytes = body.bytes();
    let mut at = 0;
    while bytes[at..].starts_with(b"--") {
        at += bytes[at..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace() || **b == b'\\').count();
    }
    Span::new(at, bytes.len())
}

/// Appends a command in the form of the shell, or in the form of a list: `["sh", "-c", "…"]`.
fn command(body: &Mapped, stage: &mut Mapped) {
    let part = without_flags(body);
    let text = &body.bytes()[part.range()];
    if !text.starts_with(b"[") {
        stage.append(body, part);
        return end_line(stage);
    }
    let mut inside = Mapped::new();
    inside.append(body, part);
    let documents = document::json(inside.bytes());
    let words: Vec<Mapped> = documents.iter().flat_map(Node::items).filter_map(|word| Some(word.text()?.clone().through(&inside))).collect();
    let is_script = words.len() == 3 && words[1].bytes().starts_with(b"-") && words[1].bytes().ends_with(b"c");
    for (index, word) in words.iter().enumerate() {
        let quote: &[u8] = if is_script || !word.bytes().contains(&b' ') { b"" } else { b"'" };
        if is_script && index < 2 || word.bytes().contains(&b'\'') && !quote.is_empty() {
            continue;
        }
        let at = word.offset(0);
        stage.put(quote, Span::new(at, at));
        stage.append(word, whole(word));
        let end = word.offset(word.bytes().len());
        stage.put(&[quote, b" "].concat(), Span::new(end, end));
    }
    end_line(stage);
}

/// Appends the variables of `ENV a=b c=d`, `ENV a b`, `ARG a=b` as a shell writes them.
fn variables(body: &Mapped, stage: &mut Mapped) {
    let bytes = body.bytes();
    let name = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    match bytes.get(name) {
        Some(b'=') => {
            stage.append(body, whole(body));
            end_line(stage);
        }
        Some(b' ' | b'\t') => {
            let value = bytes[name..].trim_ascii();
            let start = name + (bytes[name..].len() - bytes[name..].trim_ascii_start().len());
            assign(stage, (body, Span::new(0, name)), (body, Span::new(start, start + value.len())));
        }
        _ => {}
    }
}

/// The word that ends the lines of a `<<EOF`.
fn here_document(body: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(body, b"<<")?;
    let rest = body[at + 2..].strip_prefix(b"-").unwrap_or(&body[at + 2..]);
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    (word > 0 && !rest[..word].iter().all(u8::is_ascii_digit)).then(|| rest[..word].to_vec())
}

fn here_lines(bytes: &[u8], delimiter: &[u8], rest: &mut impl Iterator<Item = Span>) -> Mapped {
    let mut text = Mapped::new();
    for line in rest.take_while(|line| bytes[line.range()].trim_ascii() != delimiter) {
        text.copy(&bytes[line.range()], line.start);
    }
    text
}

/// What reads a here document.
enum Reader {
    Shell,
    Other(Code),
    /// `cat` and the like: it is text.
    Unknown,
}

/// By the command, as in `RUN python3 <<EOF`; without one by the first line.
fn reader(body: &[u8], text: &[u8]) -> Reader {
    let word = body.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let word = String::from_utf8_lossy(word.rsplit(|b| *b == b'/').next().unwrap_or_default()).into_owned();
    if word.starts_with("<<") {
        return Code::of_file("code", text).map_or(Reader::Shell, Reader::Other);
    }
    Code::named(&word).map_or(Reader::Unknown, Reader::Other)
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container::Dockerfile;
    use super::super::tests::shown;

    #[test]
    fn stages_are_scripts() {
        for (text, expected) in [
            ("FROM a\nENV A=b C=\"d e\"\nENV F g h\nARG I\nARG J=k\nRUN l && \\\n    # why\n    m\nUSER n\n", "bash: A=b C=\"d e\"/F='g h'/J=k/l && \\/    m/"),
            ("from a as x\nrun b\nFROM x\nRUN c", "bash: b/ | bash: c/"),
            ("RUN --mount=type=cache,target=/x --network=none a\n", "bash: a/"),
            ("CMD [\"sh\", \"-c\", \"a \\\"b\\\"\"]\nENTRYPOINT [\"/x\", \"--y\", \"z w\"]\n", "bash: a \"b\" //x --y 'z w' /"),
            ("HEALTHCHECK --interval=5m CMD curl a\nONBUILD RUN b\nHEALTHCHECK NONE\n", "bash: curl a/b/"),
            ("RUN <<EOF\na\nEOF\nRUN <<-'X' python3\n\tb\n\tX\nRUN python3 <<E\nc\nE\n", "python: c/ | bash: a/\tb/"),
            ("COPY <<EOF /x/y.py\na\nEOF\nRUN b", "python: a/ | bash: b/"),
            ("# RUN a\n\nRUNNER b\nEXPOSE 80\n", ""),
            ("RUN a \\\n", "bash: a \\/"),
        ] {
            assert_eq!(shown(Dockerfile, text), expected, "{text}");
        }
    }
}

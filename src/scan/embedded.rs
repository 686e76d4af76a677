//! Code in files of other kinds: shell in Dockerfiles and pipelines, files in `ConfigMap`s, cells of notebooks, fences of Markdown, scripts of HTML.
//!
//! A file is taken apart only where a candidate earned it; each piece of code is then treated as a file of its language, and what is found is led back.

mod dockerfile;
mod html;
mod manifest;
mod markdown;
mod notebook;
mod pipeline;

use crate::lang::{self, Language, Notation};
use crate::model::{Confidence, FileKind, Hit, Rank};
use crate::text::{Lines, Mapped, Secret, Span};

use super::folded::on_characters;
use super::generic;
use super::syntax::Facts;

use pipeline::Pipeline;

/// Larger files are not taken apart, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// Pieces of code of one file that are looked at.
const MAX_REGIONS: usize = 2_000;
/// Code of one file that is looked at, in bytes: more than the file, since what is declared around several pieces of code belongs to each of them.
const MAX_TEXT: usize = 8 << 20;
/// Files in files: a fence of Markdown in a notebook in a `ConfigMap`.
const MAX_NESTING: usize = 3;

/// What announces a `ConfigMap`.
pub use manifest::ANCHORS;

/// A kind of file that holds code of other languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// `RUN`, `ENV` and their relatives are shell.
    Dockerfile,
    /// HTML and components of Vue and Svelte: `<script>`.
    Html,
    /// YAML of Kubernetes: files in `ConfigMap`s and Secrets.
    Manifest,
    /// Fences.
    Markdown,
    /// Cells of Jupyter.
    Notebook,
    /// YAML of a build service: scripts.
    Pipeline(Pipeline),
}

impl Container {
    /// What the name of a file says. Any YAML may hold a `ConfigMap`.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let is_dockerfile = || lang::format_of(path).is_some_and(|format| format.notation == Notation::Dockerfile);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension {
            "yml" | "yaml" => Some(Pipeline::of(path).map_or(Self::Manifest, Self::Pipeline)),
            "md" | "markdown" | "mdx" | "qmd" | "rmd" => Some(Self::Markdown),
            "html" | "htm" | "xhtml" | "vue" | "svelte" => Some(Self::Html),
            "ipynb" => Some(Self::Notebook),
            _ if is_dockerfile() => Some(Self::Dockerfile),
            _ => None,
        }
    }

    /// Whether it is written to run, so that a telling name in it is worth a look at its code.
    pub fn is_code(self) -> bool {
        !matches!(self, Self::Manifest | Self::Markdown)
    }

    /// What the info string of a fence says.
    fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "dockerfile" | "docker" | "containerfile" => Some(Self::Dockerfile),
            "html" | "vue" | "svelte" => Some(Self::Html),
            _ => None,
        }
    }
}

/// A piece of code, in a language that has a tree.
pub struct Region {
    /// Its language.
    pub language: &'static Language,
    /// The code, with its way back.
    pub text: Mapped,
    /// Where the code itself stands; the rest was declared elsewhere, for it.
    pub own: Vec<Span>,
    /// Whether anything runs it.
    pub purpose: Purpose,
}

/// What a piece of code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It runs.
    Run,
    /// A document shows it.
    Show,
}

impl Region {
    fn new(language: &'static Language, text: Mapped, purpose: Purpose) -> Self {
        let own = text.pieces(Span::new(0, text.bytes().len()));
        Self { language, text, own, purpose }
    }

    /// The kind of file it would be.
    pub fn kind(&self) -> FileKind {
        self.language.extensions.first().map_or(FileKind::Source, |extension| FileKind::of(&format!("code.{extension}")))
    }

    /// Whether these bytes of the file are part of the code.
    pub fn covers(&self, span: Span) -> bool {
        self.own.iter().any(|own| own.contains(span))
    }

    /// The line of the file for each line of the code.
    pub fn lines(&self, lines: &Lines) -> Vec<u32> {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', self.text.bytes()).map(|end| end + 1));
        starts.map(|start| u32::try_from(lines.index_of(self.text.offset(start)) + 1).unwrap_or(u32::MAX)).collect()
    }

    /// A hit in the code, led back to the file. `None` for one on bytes that stand nowhere in it.
    pub fn in_source(&self, hit: Hit, bytes: &[u8]) -> Option<Hit> {
        let text = self.text.bytes();
        let pieces = self.text.pieces(hit.span);
        let first = *pieces.iter().find(|piece| !piece.is_empty())?;
        let is_verbatim = hit.value.is_none() && hit.pieces.is_empty() && bytes[first.range()] == text[hit.span.range()];
        let mut hit = hit;
        if !is_verbatim {
            hit.prefix = if hit.value.is_some() { hit.prefix } else { 0 };
            hit.value = hit.value.or_else(|| Some(Secret::new(&text[hit.span.range()], 0)));
            let hidden: Vec<Span> = if hit.pieces.is_empty() { pieces } else { hit.pieces.iter().flat_map(|piece| self.text.pieces(*piece)).collect() };
            hit.pieces = hidden;
        }
        let place = |span: Span| self.text.pieces(span).first().map(|piece| on_characters(*piece, bytes));
        let placed = |places: Vec<(Span, String)>| places.into_iter().filter_map(|(span, message)| Some((place(span)?, message))).collect();
        (hit.related, hit.flow) = (placed(hit.related), placed(hit.flow));
        hit.span = on_characters(first, bytes);
        if self.purpose == Purpose::Show {
            lower(&mut hit, is_verbatim && generic::is_drawn(&bytes[first.range()]));
        }
        Some(hit)
    }
}

/// What a document shows is an example as a rule; of a token whose checksum holds nothing is taken back.
fn lower(hit: &mut Hit, is_drawn: bool) {
    let most = match hit.rank {
        Rank::Checksum => return,
        Rank::Provider => Confidence::Medium,
        // A password that is drawn is one, as it is in the text around the code.
        Rank::Generic if is_drawn => Confidence::Medium,
        Rank::Sink | Rank::KeyName | Rank::Generic => Confidence::Low,
    };
    if hit.confidence > most {
        hit.confidence = most;
        hit.notes.push("confidence lowered: a document shows this code".to_owned());
    }
}

/// The lines that facts of a piece of code name, as those of the file.
pub fn relined(facts: &mut Facts, lines: &[u32]) {
    let of = |line: u32| usize::try_from(line).ok().and_then(|line| lines.get(line.checked_sub(1)?)).copied().unwrap_or(line);
    let calls = facts.calls.iter_mut().flat_map(|call| {
        call.line = of(call.line);
        call.arguments.iter_mut().chain(call.named.iter_mut().map(|(_, argument)| argument))
    });
    for argument in calls.chain(facts.bindings.iter_mut().map(|binding| &mut binding.value)) {
        argument.line = of(argument.line);
        argument.path.iter_mut().for_each(|step| step.line = of(step.line));
    }
}

/// The code of a file.
#[derive(Default)]
pub struct Split {
    /// The pieces, in the order of the bytes.
    pub regions: Vec<Region>,
    /// A bound was reached: not every piece is there.
    pub incomplete: bool,
    bytes: usize,
}

/// Takes a file apart. Any bytes will do.
pub fn split(container: Container, bytes: &[u8]) -> Split {
    let mut split = Split::default();
    if bytes.len() > MAX_BYTES {
        split.incomplete = true;
        return split;
    }
    split.take_apart(container, bytes, Outside::default());
    split
}

/// What is around a file in a file.
#[derive(Clone, Copy, Default)]
struct Outside<'a> {
    /// The way back of its bytes.
    source: Option<&'a Mapped>,
    /// Files around it.
    depth: usize,
    /// Whether a document shows it.
    shown: bool,
}

impl Split {
    fn take_apart(&mut self, container: Container, bytes: &[u8], outside: Outside) {
        match container {
            Container::Dockerfile => dockerfile::regions(bytes, &mut |found| self.take(found, outside)),
            Container::Html => html::regions(bytes, &mut |found| self.take(found, outside)),
            Container::Manifest => manifest::regions(bytes, &mut |found| self.take(found, outside)),
            Container::Markdown => markdown::regions(bytes, &mut |found| self.take(found, Outside { shown: true, ..outside })),
            Container::Notebook => notebook::regions(bytes, &mut |found| self.take(found, outside)),
            Container::Pipeline(pipeline) => pipeline.regions(bytes, &mut |found| self.take(found, outside)),
        }
    }

    fn take(&mut self, found: Found, outside: Outside) {
        let Found { code, text, borrowed } = found;
        if text.bytes().trim_ascii().is_empty() {
            return;
        }
        self.bytes += text.bytes().len();
        if self.bytes > MAX_TEXT || self.regions.len() >= MAX_REGIONS {
            self.incomplete = true;
            return;
        }
        match code {
            Code::Language(language) => {
                let text = outside.source.map_or_else(|| text.clone(), |source| text.clone().through(source));
                let purpose = if outside.shown { Purpose::Show } else { Purpose::Run };
                let own = text.pieces(Span::new(borrowed, text.bytes().len()));
                self.regions.push(Region { own, ..Region::new(language, text, purpose) });
            }
            Code::Container(container) if outside.depth < MAX_NESTING => {
                let source = outside.source.map_or_else(|| text.clone(), |source| text.clone().through(source));
                self.take_apart(container, source.bytes(), Outside { source: Some(&source), depth: outside.depth + 1, ..outside });
            }
            Code::Container(_) => self.incomplete = true,
        }
    }
}

/// What a reader has found.
struct Found {
    code: Code,
    text: Mapped,
    /// Bytes at its beginning that were declared elsewhere.
    borrowed: usize,
}

impl Found {
    fn new(code: Code, text: Mapped) -> Self {
        Self { code, text, borrowed: 0 }
    }
}

/// What a piece of a file is.
#[derive(Clone, Copy)]
enum Code {
    /// Code of a language.
    Language(&'static Language),
    /// A file that holds code in its turn.
    Container(Container),
}

impl Code {
    /// By the name of a file and, where that says nothing, by its first line.
    fn of_file(name: &str, bytes: &[u8]) -> Option<Self> {
        let language = lang::of_file(name, bytes).map(Self::Language);
        // A name alone makes no manifest.
        let container = || Container::of(name).filter(|container| !matches!(container, Container::Manifest | Container::Pipeline(_)));
        language.or_else(|| container().map(Self::Container))
    }

    /// By a word that people use for it.
    fn named(word: &str) -> Option<Self> {
        Container::named(word).map(Self::Container).or_else(|| lang::named(word).map(Self::Language))
    }

    fn shell() -> Option<Self> {
        lang::named("bash").map(Self::Language)
    }
}

/// Lines with their ends, in order.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Span> {
    let ends = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len()));
    ends.scan(0, |start, end| Some(Span::new(std::mem::replace(start, end), end))).filter(|line| !line.is_empty())
}

/// Quotes in which a shell takes `value` as it is, or with its variables where it may have some.
fn shell_quotes(value: &[u8]) -> Option<&'static [u8]> {
    let has = |quote: u8| value.contains(&quote);
    if has(b'$') && !has(b'"') && !has(b'`') && !has(b'\\') {
        return Some(b"\"");
    }
    if has(b'\'') { (!has(b'"') && !has(b'$') && !has(b'`') && !has(b'\\')).then_some(b"\"") } else { Some(b"'") }
}

/// Appends `name='value'` and a line end.
fn assign(text: &mut Mapped, (name, name_part): (&Mapped, Span), (value, value_part): (&Mapped, Span)) {
    let Some(quote) = shell_quotes(&value.bytes()[value_part.range()]) else { return };
    let at = Span::new(value.offset(value_part.start), value.offset(value_part.start));
    text.append(name, name_part);
    text.put(&[b"=", quote].concat(), at);
    text.append(value, value_part);
    let end = value.span(value_part).end;
    text.put(&[quote, b"\n"].concat(), Span::new(end, end));
}

fn whole(text: &Mapped) -> Span {
    Span::new(0, text.bytes().len())
}

/// Appends a line end, unless there is one.
fn end_line(text: &mut Mapped) {
    if text.bytes().last().is_some_and(|last| *last != b'\n') {
        let end = text.offset(text.bytes().len());
        text.put(b"\n", Span::new(end, end));
    }
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::*;

    /// The code of a file in one line: `python: x = 1/y/ | bash: a`.
    pub(super) fn shown(container: Container, text: &str) -> String {
        let split = split(container, text.as_bytes());
        let shown = |region: &Region| format!("{}: {}", region.language.name, String::from_utf8_lossy(region.text.bytes()).replace('\n', "/"));
        split.regions.iter().map(shown).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn names_decide_the_container() {
        for (path, expected) in [
            ("Dockerfile", Some(Container::Dockerfile)),
            ("a/dockerfile.dev", Some(Container::Dockerfile)),
            ("api.Dockerfile", Some(Container::Dockerfile)),
            ("README.md", Some(Container::Markdown)),
            ("a.ipynb", Some(Container::Notebook)),
            ("App.vue", Some(Container::Html)),
            ("values.yaml", Some(Container::Manifest)),
            (".gitlab-ci.yml", Some(Container::Pipeline(Pipeline::GitLab))),
            ("main.rs", None),
        ] {
            assert_eq!(Container::of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_byte_leads_back_through_all_files_around_it() {
        // Shell in a Dockerfile in Markdown in a notebook.
        let cell = "```dockerfile\\nFROM a\\nRUN echo \\\"x\\ty\\\"\\n```";
        let text = format!("{{\"cells\": [{{\"cell_type\": \"markdown\", \"source\": \"{cell}\"}}]}}");
        let split = split(Container::Notebook, text.as_bytes());
        let [region] = &split.regions[..] else { panic!("{:?}", split.regions.len()) };
        assert_eq!((region.text.bytes(), region.purpose), (b"echo \"x\ty\"\n".as_slice(), Purpose::Show));
        let at = region.text.span(Span::new(5, 10));
        assert_eq!(&text[at.range()], "\\\"x\\ty\\\"");
        assert_eq!(region.lines(&Lines::new(text.as_bytes())), [1, 1]);
    }

    #[test]
    fn any_bytes_can_be_taken_apart() {
        let containers = [
            Container::Dockerfile,
            Container::Html,
            Container::Manifest,
            Container::Markdown,
            Container::Notebook,
            Container::Pipeline(Pipeline::GitHub),
            Container::Pipeline(Pipeline::GitLab),
            Container::Pipeline(Pipeline::Other),
        ];
        let texts = [
            "",
            "RUN",
            "RUN <<",
            "ENV a",
            "ONBUILD",
            "CMD [",
            "<script",
            "```sh",
            "```dockerfile\nRUN",
            "kind: ConfigMap\ndata:",
            "{\"cells\":",
            "run:",
            "script: *a",
            "\u{0}\n\r",
        ];
        for container in containers {
            for text in texts {
                split(container, text.as_bytes());
            }
        }
        let many = "```sh\na\n```\n".repeat(MAX_REGIONS + 1);
        let found = split(Container::Markdown, many.as_bytes());
        assert!(found.incomplete);
    }
}

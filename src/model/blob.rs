//! Where bytes come from: origin → target → blob.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::text::value::date::Date;
use crate::text::{Mapped, Span};

/// Where the bytes of a target come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of the work tree.
    File,
    /// A pipe or device that the user named: opened like a file, and read once only.
    Stream,
    /// Standard input.
    Stdin,
    /// A blob of a git repository: what is staged, or what a commit holds.
    Git(Arc<GitBlob>),
}

/// A blob of a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitBlob {
    /// The object id, in hexadecimal digits.
    pub id: String,
    /// The object before; none where there was none.
    pub before: Option<String>,
    /// The lines that count.
    pub added: Added,
    /// The commit that added them; none for what is staged, and for the difference of two commits.
    pub commit: Option<Arc<Commit>>,
}

/// A commit that holds what was found. Never who made it: reports leave the machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit {
    /// The object id, in hexadecimal digits.
    pub id: String,
    /// The day on which it was written, in UTC.
    pub date: Date,
}

impl Commit {
    /// The id as people write it.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

/// Which lines of a blob a change has added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// All: the file is new, or git does not tell its lines apart.
    All,
    /// These, 1-based, first and last, in order and apart. A line ends with a line feed, as git counts.
    Lines(Vec<(u32, u32)>),
}

impl Added {
    /// The lines that both have added.
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, lines) | (lines, Self::All) => lines.clone(),
            (Self::Lines(a), Self::Lines(b)) => {
                let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
                let mut shared = Vec::new();
                while let (Some(one), Some(other)) = (a.peek(), b.peek()) {
                    let (first, last) = (one.0.max(other.0), one.1.min(other.1));
                    shared.extend((first <= last).then_some((first, last)));
                    if one.1 <= other.1 {
                        a.next()
                    } else {
                        b.next()
                    };
                }
                Self::Lines(shared)
            }
        }
    }

    /// Whether this line was added.
    pub fn has(&self, line: u32) -> bool {
        match self {
            Self::All => true,
            Self::Lines(ranges) => ranges.get(ranges.partition_point(|range| range.1 < line)).is_some_and(|range| range.0 <= line),
        }
    }

    /// Whether no line was added.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Lines(lines) if lines.is_empty())
    }

    /// The same where a lone carriage return ends a line too, as in every other part of this program; none where all lines count.
    pub fn in_lines_of(&self, bytes: &[u8]) -> Option<Vec<(u32, u32)>> {
        let Self::Lines(ranges) = self else { return None };
        let lone: Vec<usize> = memchr::memchr_iter(b'\r', bytes).filter(|at| !matches!(bytes.get(at + 1), Some(b'\n') | None)).collect();
        if lone.is_empty() {
            return Some(ranges.clone());
        }
        let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1)).collect();
        let start = |line: u32| starts.get(line as usize - 1).copied().unwrap_or(bytes.len());
        let before = |offset: usize| u32::try_from(lone.partition_point(|at| *at < offset)).unwrap_or(u32::MAX);
        Some(ranges.iter().map(|&(first, last)| (first + before(start(first)), last + before(start(last.saturating_add(1))))).collect())
    }
}

/// What is opened to read a target, in two parts: all files below one argument share the first, and the second is mostly what the file is called anyway.
#[derive(Clone, Debug)]
pub struct Opened {
    base: Arc<Path>,
    below: Below,
}

/// What lies below the base.
#[derive(Clone, Debug)]
enum Below {
    /// Nothing: the base itself is opened.
    Base,
    /// What the target is called within the argument.
    Within,
    /// A path that no text is the same as.
    Path(Box<Path>),
}

impl Opened {
    /// This path: of a named file, of the folder in which git is asked for a blob, empty for standard input.
    pub fn at(path: impl Into<Arc<Path>>) -> Self {
        Self { base: path.into(), below: Below::Base }
    }

    /// A path below a folder.
    pub fn below(base: &Arc<Path>, path: &Path) -> Self {
        let below = match path.to_str() {
            Some("") => Below::Base,
            Some(_) => Below::Within,
            None => Below::Path(path.into()),
        };
        Self { base: base.clone(), below }
    }
}

/// One listed input, not yet read.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where its bytes come from.
    pub origin: Origin,
    /// What is opened.
    pub place: Opened,
    /// The path as a person would type it from the working directory, with `/`.
    pub display: Arc<str>,
    /// The path relative to the scan's root, with `/`, never absolute: SARIF, fingerprints, configuration globs.
    pub relative: Arc<str>,
    /// The path relative to the argument that led here: what markers such as `test` are looked for in.
    pub within: Arc<str>,
    /// Named by the user, not met in a walk.
    pub explicit: bool,
    /// Length in bytes when it was listed.
    pub size: u64,
}

impl Target {
    /// Standard input, under the name the user gave it.
    pub fn stdin(name: &str) -> Self {
        let name: Arc<str> = name.replace('\\', "/").into();
        let relative = name.trim_start_matches('/').into();
        Self { origin: Origin::Stdin, place: Opened::at(PathBuf::new()), display: name.clone(), relative, within: name, explicit: true, size: 0 }
    }

    /// The path that is opened; of a blob of git the folder in which git is asked for it; empty for standard input.
    pub fn path(&self) -> Cow<'_, Path> {
        match &self.place.below {
            Below::Base => Cow::Borrowed(&self.place.base),
            Below::Within => Cow::Owned(self.place.base.join(&*self.within)),
            Below::Path(path) => Cow::Owned(self.place.base.join(path)),
        }
    }

    /// Whether both are read from the same path, as it is written.
    pub fn is_at_path_of(&self, other: &Self) -> bool {
        self.within.rsplit('/').next() == other.within.rsplit('/').next() && self.path() == other.path()
    }

    /// The commit that its bytes come from.
    pub fn commit(&self) -> Option<&Arc<Commit>> {
        match &self.origin {
            Origin::Git(blob) => blob.commit.as_ref(),
            Origin::File | Origin::Stream | Origin::Stdin => None,
        }
    }

    /// An entry of this archive: what it is called follows `!`, as in `outer.zip!inner/file`.
    pub fn entry(&self, name: &str) -> Self {
        let (display, relative) = (format!("{}!{name}", self.display).into(), format!("{}!{name}", self.relative).into());
        // Rules and languages look for the name of a file behind a slash.
        let place = Opened::at(self.path().into_owned());
        Self { place, display, relative, within: format!("{}/{}", self.within, name.replace('!', "/")).into(), explicit: false, ..self.clone() }
    }

    /// A file in memory, for tests and benchmarks.
    pub fn in_memory(name: &str) -> Self {
        Self::stdin(name)
    }
}

/// The bytes of a target while it is scanned.
pub struct Blob<'a> {
    /// What was read.
    pub target: &'a Target,
    /// Its bytes as UTF-8 or any ASCII-compatible encoding; UTF-16 has been decoded.
    pub bytes: &'a [u8],
    /// The way back to the bytes of the target, where these are not the same.
    pub source: Option<&'a Mapped>,
    /// What kind of file its name says it is.
    pub kind: FileKind,
}

impl<'a> Blob<'a> {
    /// A blob of `target`'s bytes; the kind comes from its name.
    pub fn new(target: &'a Target, bytes: &'a [u8]) -> Self {
        Self { target, bytes, source: None, kind: FileKind::of(&target.within) }
    }

    /// The same of bytes that were decoded.
    pub fn decoded(target: &'a Target, source: &'a Mapped) -> Self {
        Self { source: Some(source), ..Self::new(target, source.bytes()) }
    }

    /// The bytes of the target that `span` stands for.
    pub fn in_source(&self, span: Span) -> Span {
        self.source.map_or(span, |source| source.span(span))
    }
}

/// What the name of a file says about its content. It decides how bare values are read and how likely a generic finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// `.env` and its relatives: `NAME=value` lines.
    EnvFile,
    /// YAML, TOML, JSON, INI, properties, XML, tfvars, HCL: keys and values.
    Config,
    /// Program text: values are quoted, a bare word is an expression.
    Source,
    /// Shell, Dockerfile, Makefile: `NAME=value` is a value, `$` a reference.
    Shell,
    /// Prose: Markdown, reStructuredText, plain text, HTML.
    Document,
    /// Lock files, checksums, source maps, minified bundles, SVG, vendored data: machine-written, full of hashes.
    Generated,
    /// Anything else.
    Other,
}

/// The name of the file that a template makes, or that a copy is of, if the name says so.
pub fn made_from(path: &str) -> Option<&str> {
    let (stem, suffix) = path.rsplit_once('.')?;
    let suffixes = ["j2", "jinja", "jinja2", "tpl", "tmpl", "gotmpl", "erb", "template", "dist", "sample", "bak", "backup", "orig", "old", "save"];
    let has_extension = stem.rsplit('/').next().is_some_and(|name| name.contains('.'));
    (has_extension && suffixes.iter().any(|known| suffix.eq_ignore_ascii_case(known))).then_some(stem)
}

impl FileKind {
    /// Decides by file name and extension alone. A template or a copy of a configuration file is one too (`app.yml.j2`, `app.yml.bak`).
    pub fn of(path: &str) -> Self {
        if let Some(kind) = made_from(path).map(Self::of).filter(|kind| matches!(kind, Self::Config | Self::EnvFile)) {
            return kind;
        }
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let extension = Path::new(&name).extension().and_then(|e| e.to_str()).unwrap_or("");
        if is_generated(&name, extension) {
            return Self::Generated;
        }
        if name.starts_with(".env.") || extension == "env" || matches!(name.as_str(), ".env" | ".envrc" | ".flaskenv") {
            return Self::EnvFile;
        }
        if name == "dockerfile" || name.starts_with("dockerfile.") || name == "containerfile" || name == "makefile" || name == "jenkinsfile" {
            return Self::Shell;
        }
        match extension {
            "yml" | "yaml" | "toml" | "json" | "jsonc" | "json5" | "ini" | "cfg" | "conf" | "config" | "cnf" | "properties" | "xml" | "plist" | "tf"
            | "tfvars" | "hcl" | "tfstate" | "bicep" | "reg" | "desktop" | "service" | "ovpn" | "http" | "rest" | "postman_collection" | "ipynb" => {
                Self::Config
            }
            "sh" | "bash" | "zsh" | "fish" | "ksh" | "bat" | "cmd" | "ps1" | "psm1" | "dockerfile" | "mk" => Self::Shell,
            "md" | "markdown" | "mdx" | "rst" | "adoc" | "asciidoc" | "html" | "htm" | "xhtml" | "tex" | "org" | "po" | "pot" | "xliff" | "xlf" | "strings"
            | "arb" => Self::Document,
            "rs" | "py" | "pyi" | "pyw" | "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "go" | "java" | "kt" | "kts" | "scala" | "groovy"
            | "gradle" | "cs" | "vb" | "fs" | "rb" | "erb" | "php" | "phtml" | "c" | "h" | "cc" | "cpp" | "hpp" | "cxx" | "m" | "mm" | "swift" | "dart"
            | "lua" | "pl" | "pm" | "r" | "jl" | "ex" | "exs" | "erl" | "hs" | "clj" | "cljs" | "ml" | "elm" | "nim" | "zig" | "d" | "vue" | "svelte"
            | "sql" | "proto" | "sol" | "jsp" | "aspx" | "cshtml" | "razor" | "ejs" | "pug" | "haml" | "tpl" | "j2" | "jinja" | "coffee" | "asm" | "s"
            | "v" | "sv" | "vhd" => Self::Source,
            _ if matches!(
                name.as_str(),
                ".npmrc"
                    | ".pypirc"
                    | ".netrc"
                    | "_netrc"
                    | ".pgpass"
                    | ".htpasswd"
                    | ".dockercfg"
                    | ".gitconfig"
                    | ".s3cfg"
                    | "credentials"
                    | "config"
                    | ".yarnrc"
                    | "kubeconfig"
                    | ".boto"
                    | ".my.cnf"
            ) =>
            {
                Self::Config
            }
            _ => Self::Other,
        }
    }
}

fn is_generated(name: &str, extension: &str) -> bool {
    matches!(
        name,
        "cargo.lock"
            | "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "composer.lock"
            | "gemfile.lock"
            | "poetry.lock"
            | "pdm.lock"
            | "uv.lock"
            | "pipfile.lock"
            | "go.sum"
            | "go.work.sum"
            | "flake.lock"
            | "mix.lock"
            | "pubspec.lock"
            | "podfile.lock"
            | "packages.lock.json"
            | ".terraform.lock.hcl"
            | "gradle.lockfile"
            | "bun.lock"
            | "deno.lock"
            | "chart.lock"
            | "cartfile.resolved"
            | "package.resolved"
            | ".pnp.cjs"
            | ".pnp.loader.mjs"
    ) || name.ends_with(".min.js")
        || name.ends_with(".min.css")
        || name.ends_with(".bundle.js")
        || matches!(
            extension,
            "map" | "svg" | "sum" | "sha256" | "sha512" | "md5" | "sha1" | "snap" | "lock" | "css" | "scss" | "less" | "pb" | "crt" | "cer" | "wat"
        )
}

#[cfg(test)]
mod tests {
    use super::{Added, FileKind};

    #[test]
    fn lines_added_on_both_sides_are_those_of_both() {
        let lines = |ranges: &[(u32, u32)]| Added::Lines(ranges.to_vec());
        assert_eq!(lines(&[(1, 4), (8, 9)]).and(&lines(&[(3, 8)])), lines(&[(3, 4), (8, 8)]));
        assert_eq!(Added::All.and(&lines(&[(2, 2)])), lines(&[(2, 2)]));
        assert!(lines(&[(1, 1)]).and(&lines(&[(2, 2)])).is_nothing());
        let every_other: Vec<(u32, u32)> = (0..200_000).map(|line| (2 * line, 2 * line)).collect();
        let shared = lines(&every_other).and(&lines(&[(0, 5), (9, 400_000)]));
        assert!(shared.has(0) && shared.has(4) && !shared.has(5) && !shared.has(8) && shared.has(10) && shared.has(399_998));
    }

    #[test]
    fn lone_carriage_returns_end_lines_for_us_and_not_for_git() {
        let of = |ranges: &[(u32, u32)], text: &str| Added::Lines(ranges.to_vec()).in_lines_of(text.as_bytes()).unwrap();
        assert_eq!(of(&[(2, 2)], "a\r\nb\r\nc\r\n"), [(2, 2)]);
        assert_eq!(of(&[(2, 2), (3, 3)], "a\rb\nc\rd\re\nf\n"), [(3, 5), (6, 6)]);
        assert_eq!(Added::All.in_lines_of(b"a\rb"), None);
    }

    #[test]
    fn names_decide_the_kind() {
        for (name, kind) in [
            (".env", FileKind::EnvFile),
            ("deploy/.env.production", FileKind::EnvFile),
            ("config/app.yaml", FileKind::Config),
            ("src/main.rs", FileKind::Source),
            ("Dockerfile", FileKind::Shell),
            ("docs/README.md", FileKind::Document),
            ("web/yarn.lock", FileKind::Generated),
            ("app.min.js", FileKind::Generated),
            ("LICENSE", FileKind::Other),
            ("templates/app.yml.j2", FileKind::Config),
            ("app.properties.bak", FileKind::Config),
            ("page.html.erb", FileKind::Source),
            ("main.go.orig", FileKind::Other),
            ("notes.bak", FileKind::Other),
        ] {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
    }
}

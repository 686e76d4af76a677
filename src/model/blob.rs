//! Where bytes come from: origin → target → blob.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

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
}

/// One listed input, not yet read.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where its bytes come from.
    pub origin: Origin,
    /// What is opened; empty for standard input.
    pub path: PathBuf,
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
        Self { origin: Origin::Stdin, path: PathBuf::new(), display: name.clone(), relative, within: name, explicit: true, size: 0 }
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

impl FileKind {
    /// Decides by file name and extension alone.
    pub fn of(path: &str) -> Self {
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
    use super::FileKind;

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
        ] {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
    }
}

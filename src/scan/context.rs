//! What the place of a file says about its findings: test, example, documentation.

use crate::model::{Blob, FileKind, Target};

use super::binding::Bare;

/// Folder names under which credentials are usually made up.
const TEST_FOLDERS: [&str; 22] = [
    "test",
    "tests",
    "__tests__",
    "testing",
    "testdata",
    "test-data",
    "test_data",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "__fixtures__",
    "mock",
    "mocks",
    "__mocks__",
    "e2e",
    "integration",
    "integration-tests",
    "unittests",
    "functional",
    "testutil",
    "testlib",
];
/// Folder names under which things are shown rather than used: examples, documentation, texts in many languages.
const EXAMPLE_FOLDERS: [&str; 16] = [
    "locale",
    "locales",
    "i18n",
    "l10n",
    "lang",
    "translations",
    "example",
    "examples",
    "sample",
    "samples",
    "docs",
    "doc",
    "documentation",
    "demo",
    "demos",
    "tutorial",
];

/// Folder names of copied code.
const VENDOR_FOLDERS: [&str; 9] =
    ["vendor", "node_modules", "third_party", "third-party", "thirdparty", "bower_components", "site-packages", ".yarn", "Godeps"];

/// The evidence that a file's name and place give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// What kind of file it is.
    pub kind: FileKind,
    /// How bare words are read in it.
    pub bare: Bare,
    /// Test code or test data.
    pub test: bool,
    /// An example, a sample, documentation, a template.
    pub example: bool,
    /// A copy of somebody else's code.
    pub vendored: bool,
}

impl Context {
    /// The context of a blob, judged by its path relative to the argument that led to it.
    pub fn of(blob: &Blob) -> Self {
        let path = &*blob.target.within;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let among = |names: &[&str]| folders.split('/').any(|folder| names.iter().any(|known| folder.eq_ignore_ascii_case(known)));
        Self {
            kind: blob.kind,
            bare: Bare::of(path, blob.kind),
            test: among(&TEST_FOLDERS) || folders.split('/').any(has_test_word) || is_test_file(name),
            example: among(&EXAMPLE_FOLDERS) || is_example_file(name),
            vendored: among(&VENDOR_FOLDERS),
        }
    }

    /// The context of a file, judged by its path alone.
    pub fn of_path(path: &str) -> Self {
        Self::of(&Blob::new(&Target::in_memory(path), b""))
    }

    /// Whether credentials here are more likely made up than real.
    pub fn made_up(self) -> bool {
        self.test || self.example
    }
}

/// `integration-test`, `test_support`, `androidTest`, `FooTests`, `smoke-tests`.
fn has_test_word(name: &str) -> bool {
    let is_word = |word: &str| ["test", "tests", "testing", "spec"].iter().any(|known| word.eq_ignore_ascii_case(known));
    name.split(['-', '_', '.', ' ']).any(is_word) || ["Test", "Tests", "TestCase", "Spec"].iter().any(|end| name.ends_with(end))
}

fn is_test_file(name: &str) -> bool {
    has_test_word(name) || name.split('.').next().is_some_and(|stem| stem == "conftest" || has_test_word(stem))
}

fn is_example_file(name: &str) -> bool {
    let words = ["example", "examples", "sample", "samples", "template", "dist", "tmpl", "default", "defaults"];
    name.split(['.', '-', '_']).any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Context {
        let target = Target::in_memory(path);
        Context::of(&Blob::new(&target, b""))
    }

    #[test]
    fn places_of_made_up_credentials() {
        for path in [
            "tests/a.py",
            "pkg/x_test.go",
            "src/test/java/A.java",
            "app/FooTests.java",
            "a.spec.ts",
            ".env.example",
            "docs/setup.md",
            "integration-cli/test-files/x",
            "conf/app.yml.dist",
        ] {
            assert!(of(path).made_up(), "{path}");
        }
        for path in ["src/main.rs", ".env", "deploy/prod.yaml", "src/latest/a.go", "src/contest.py", "attestation/x.rs"] {
            assert!(!of(path).made_up(), "{path}");
        }
    }
}

//! What the place of a file says about its findings: test, example, documentation.

use crate::model::{Blob, FileKind};

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
/// Folder names under which things are shown rather than used.
const EXAMPLE_FOLDERS: [&str; 10] = ["example", "examples", "sample", "samples", "docs", "doc", "documentation", "demo", "demos", "tutorial"];

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
}

impl Context {
    /// The context of a blob, judged by its path relative to the argument that led to it.
    pub fn of(blob: &Blob) -> Self {
        let path = blob.target.within.to_ascii_lowercase();
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let among = |names: &[&str]| folders.split('/').any(|folder| names.contains(&folder));
        Self {
            kind: blob.kind,
            bare: Bare::of(&path, blob.kind),
            test: among(&TEST_FOLDERS) || folders.split('/').any(is_test_word) || is_test_file(name),
            example: among(&EXAMPLE_FOLDERS) || is_example_file(name),
        }
    }

    /// Whether credentials here are more likely made up than real.
    pub fn made_up(self) -> bool {
        self.test || self.example
    }
}

/// `integration-test`, `test_support`, `src/androidTest`, `smoke-tests`.
fn is_test_word(folder: &str) -> bool {
    folder.split(['-', '_', '.']).any(|word| word == "test" || word == "tests" || word == "testing") || folder.ends_with("test") || folder.ends_with("tests")
}

fn is_test_file(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || stem.ends_with("-test")
        || stem.ends_with("_spec")
        || (stem.ends_with("test") || stem.ends_with("tests")) && stem.len() > 5
        || name.contains(".test.")
        || name.contains(".spec.")
        || stem == "conftest"
        || stem == "test"
        || stem == "tests"
}

fn is_example_file(name: &str) -> bool {
    ["example", "sample", "template", "dist", "tmpl", "default", "defaults"].iter().any(|word| name.split(['.', '-', '_']).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

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
        for path in ["src/main.rs", ".env", "deploy/prod.yaml", "src/latest/a.go", "src/contest.py"] {
            assert!(!of(path).made_up(), "{path}");
        }
    }
}

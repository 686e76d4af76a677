//! What the folders of a path say about the code in them.

const TEST_FOLDERS: [&str; 13] =
    ["test", "tests", "testdata", "__tests__", "__mocks__", "spec", "fixtures", "mocks", "examples", "example", "samples", "benches", "e2e"];

/// Whether a folder of the path holds code that only tests, examples or demonstrations run. The file name does not count.
pub fn is_test(path: &str) -> bool {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    folders.iter().any(|f| TEST_FOLDERS.contains(&f.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::is_test;

    #[test]
    fn folders_decide_not_the_file() {
        for (path, expected) in [("src/tests/a.rs", true), ("Examples/x.py", true), ("tests.rs", false), ("src/contest/a.rs", false), ("", false)] {
            assert_eq!(is_test(path), expected, "{path}");
        }
    }
}

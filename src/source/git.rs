//! What git knows of a folder, by the program `git` itself.

mod blobs;
mod call;
mod changes;
mod diff;
mod packs;
mod range;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

pub use blobs::{Blobs, sizes};
pub use call::Git;
use call::os_string;
pub use call::{GitError, path_of_line};
pub use changes::{Change, Changed, Changes, Found, History, root_of};
pub use diff::{Mode, is_none};
pub use packs::{PackReader, Packs};

/// Bytes of the paths of one call, well below what any system takes as arguments.
const MAX_ARGUMENTS: usize = 16 << 10;
/// Variables by which a hook says which repository it runs for: every call here names its own.
const REPOSITORY_VARIABLES: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"];

/// The folder of hooks of the repository that the absolute `folder` lies in, as `core.hooksPath` says.
pub fn hooks_folder(folder: &Path) -> Result<PathBuf, GitError> {
    let path = Git::new(folder).run_as_configured(&["rev-parse", "--git-path", "hooks"])?;
    Ok(folder.join(path_of_line(&path)))
}

/// Which of these files below the absolute `folder` are tracked. Without git, or outside of its repositories, none.
pub fn tracked(folder: &Path, files: &[PathBuf]) -> HashSet<PathBuf> {
    let mut by_repository: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let path = folder.join(file);
        let Some(root) = path.ancestors().skip(1).find(|above| fs::symlink_metadata(above.join(".git")).is_ok()) else { continue };
        by_repository.entry(root.to_path_buf()).or_default().push(path);
    }
    let mut tracked = HashSet::new();
    for (root, paths) in by_repository {
        let mut rest = paths.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |path: &&PathBuf| {
                bytes += path.as_os_str().len() + 1;
                bytes <= MAX_ARGUMENTS
            };
            let (call, later) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            let found = list(&root, call).into_iter().flatten().map(|path| root.join(path));
            tracked.extend(found.filter_map(|path| path.strip_prefix(folder).ok().map(Path::to_path_buf)));
            rest = later;
        }
    }
    tracked
}

/// The tracked ones of these paths, relative to `root`. No hook, no monitor, no pager and no download is started, and no repository further up is asked.
fn list(root: &Path, paths: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let mut git = Git::new(root).command(&["ls-files", "-z", "--"]);
    git.args(paths.iter().filter_map(|path| path.strip_prefix(root).ok()));
    for name in REPOSITORY_VARIABLES {
        git.env_remove(name);
    }
    if let Some(above) = root.parent() {
        git.env("GIT_CEILING_DIRECTORIES", above);
    }
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(|name| PathBuf::from(os_string(name))).collect())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        for name in REPOSITORY_VARIABLES {
            git.env_remove(name);
        }
        assert!(git.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success(), "{arguments:?}");
    }

    #[test]
    fn tracked_files_are_told_from_others_in_every_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let files = ["a/.env", "a/*", "a/deep/.env", "a/other", "a/inner/.env", "b/.env", "none/.env"];
        for file in files {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "x").unwrap();
        }
        for repository in ["a", "a/inner"] {
            git(&root.join(repository), &["init", "-q"]);
        }
        git(&root.join("a"), &["--literal-pathspecs", "add", "-f", "deep/.env", "*"]);
        git(&root.join("a/inner"), &["add", "-f", ".env"]);
        fs::create_dir(root.join("b/.git")).unwrap();
        let mut found: Vec<PathBuf> = tracked(&root, &files.map(PathBuf::from)).into_iter().collect();
        found.sort();
        assert_eq!(found, ["a/*", "a/deep/.env", "a/inner/.env"].map(PathBuf::from));
        let below = tracked(&root.join("a/deep"), &[".env".into()]);
        assert_eq!(below, HashSet::from([".env".into()]), "a walk that begins below the repository");
    }
}

//! Which baseline counts, and what its paths are relative to.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::ThresholdArgs;
use crate::config::UsageError;
use crate::source::{reason, slashed};
use crate::triage::Baseline;

use super::{Environment, absolute};

/// The name under which a baseline is found.
pub const NAME: &str = ".aelix-lint-baseline.json";

/// A baseline and where it lies.
#[derive(Clone, Debug)]
pub struct BaselineFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// The same as a person would type it.
    pub shown: String,
    /// What its paths are relative to.
    pub folder: PathBuf,
    /// What stands before a path of a report to make it one of the baseline.
    pub prefix: String,
    /// What it says.
    pub baseline: Baseline,
}

impl BaselineFile {
    /// The baseline of `--baseline`, or the nearest from `start` upward to the root of its repository; `base` is what paths of reports are relative to.
    pub fn find(args: &ThresholdArgs, (base, start): (&Path, &Path), environment: &Environment) -> Result<Option<Self>, UsageError> {
        let named = args.baseline.as_ref().map(|path| absolute(&environment.folder, path));
        let path = if args.no_baseline { None } else { named.or_else(|| discover(start, &environment.folder)) };
        let Some(path) = path else { return Ok(None) };
        let mut file = Self::at(path, base, environment);
        let cannot = |why: String| UsageError::new(format!("cannot read the baseline {}: {why}", file.shown));
        let text = fs::read_to_string(&file.path).map_err(|error| {
            let error = cannot(reason(&error));
            error.with_help("`aelix-lint baseline create` writes one")
        })?;
        file.baseline = Baseline::parse(&text).map_err(|error| cannot(error.to_string()))?;
        Ok(Some(file))
    }

    /// An empty one at this place.
    pub fn at(path: PathBuf, base: &Path, environment: &Environment) -> Self {
        let shown = slashed(path.strip_prefix(&environment.folder).unwrap_or(&path));
        let own = path.parent().unwrap_or(Path::new(""));
        let folder = if base.starts_with(own) { own.to_path_buf() } else { base.to_path_buf() };
        let below = base.strip_prefix(&folder).map(slashed).unwrap_or_default();
        let prefix = if below.is_empty() { below } else { format!("{below}/") };
        Self { path, shown, folder, prefix, baseline: Baseline::default() }
    }
}

/// As for the configuration: up to the root of the repository; without one up to the working directory, or in `start` alone.
fn discover(start: &Path, folder: &Path) -> Option<PathBuf> {
    let root = start.ancestors().position(|above| above.join(".git").exists());
    let depth = root.or_else(|| start.ancestors().position(|above| above == folder)).unwrap_or(0);
    start.ancestors().take(depth + 1).map(|above| above.join(NAME)).find(|path| path.is_file())
}

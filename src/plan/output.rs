//! Where reports go, and how they are drawn.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::{CheckArgs, Output};
use crate::config::UsageError;
use crate::report::style::{self, ColorChoice};
use crate::report::{Errors, Forge, Format, RenderOptions};
use crate::source::reason;
use crate::text::value::date::Moment;

use super::settings::Settings;
use super::{Environment, absolute};

/// Columns of a report where the environment does not say.
const WIDTH: usize = 120;

/// One report.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// The format.
    pub format: Format,
    /// How it is drawn.
    pub options: RenderOptions,
    /// Where it goes.
    pub destination: Destination,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Absolute.
        path: PathBuf,
        /// As typed.
        shown: String,
    },
}

impl Destination {
    /// The file, absolute; none for standard output.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File { path, .. } => Some(path),
        }
    }
}

/// The reports of a run: the one of `--format`, then those of `--output`. One of `--output` on standard output takes the place of the default.
pub fn renderings(args: &CheckArgs, settings: &mut Settings, environment: &Environment) -> Result<Vec<Rendering>, UsageError> {
    let output = &args.output;
    let format = settings.format(output.format)?;
    let is_asked_for = output.format.is_some() || output.output_file.is_some();
    let takes_stdout = output.output.iter().any(|o| o.path.as_os_str() == "-");
    let main = Output { format, path: output.output_file.clone().unwrap_or_else(|| "-".into()) };
    let wanted = (is_asked_for || !takes_stdout).then_some(&main).into_iter().chain(&output.output);
    let renderings = wanted.map(|wanted| rendering(wanted, args, environment)).collect::<Result<Vec<_>, _>>()?;
    match renderings.iter().enumerate().find(|(i, r)| renderings[..*i].iter().any(|other| other.destination.path() == r.destination.path())) {
        None => Ok(renderings),
        Some((_, Rendering { destination: Destination::Stdout, .. })) => {
            Err(UsageError::new("cannot write two reports to standard output").with_help("give all but one a file: --output FORMAT=PATH"))
        }
        Some((_, Rendering { destination: Destination::File { shown, .. }, .. })) => Err(UsageError::new(format!("cannot write two reports to {shown}"))),
    }
}

/// Absolute paths of the files that are written.
pub fn files(renderings: &[Rendering]) -> Vec<PathBuf> {
    renderings.iter().filter_map(|r| r.destination.path().map(Path::to_path_buf)).collect()
}

fn rendering(output: &Output, args: &CheckArgs, environment: &Environment) -> Result<Rendering, UsageError> {
    let destination = destination(&output.path, &environment.folder)?;
    let is_terminal = destination == Destination::Stdout && environment.stdout_is_terminal;
    let color = match &destination {
        Destination::File { .. } => args.output.color == ColorChoice::Always,
        Destination::Stdout => style::color(args.output.color, is_terminal, environment.variable),
    };
    let options = RenderOptions {
        color,
        links: style::links(color, is_terminal, environment.variable),
        width: width(environment),
        quiet: args.output.quiet,
        verbosity: args.output.verbose,
        stats: args.output.stats,
        evidence: args.output.explain_finding,
        errors: if destination == Destination::Stdout { Errors::Counted } else { Errors::Listed },
        sarif_max_results: args.output.sarif_max_results,
        category: args.output.sarif_category.clone(),
        forge: forge(environment),
        now: Moment::default(),
    };
    Ok(Rendering { format: output.format, options, destination })
}

/// The repository on GitHub that a workflow runs for.
fn forge(environment: &Environment) -> Option<Forge> {
    let variable = |name| (environment.variable)(name);
    let (server, name) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
    let repository = style::safe_url(&format!("{server}/{name}"))?.to_owned();
    let commit = variable("GITHUB_SHA").filter(|commit| commit.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some(Forge { repository, commit })
}

/// Whether standard output is coloured where no flag says so, and its columns.
pub fn terminal(environment: &Environment) -> (bool, usize) {
    (style::color(ColorChoice::Auto, environment.stdout_is_terminal, environment.variable), width(environment))
}

fn width(environment: &Environment) -> usize {
    (environment.variable)("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(WIDTH)
}

fn destination(typed: &Path, folder: &Path) -> Result<Destination, UsageError> {
    if typed.as_os_str() == "-" {
        return Ok(Destination::Stdout);
    }
    let path = absolute(folder, typed);
    let shown = typed.display().to_string();
    let cannot = |why: &str| UsageError::new(format!("cannot write {shown}: {why}"));
    let parent = path.parent().unwrap_or(&path);
    match fs::metadata(parent) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(cannot(&reason(&io::ErrorKind::NotADirectory.into()))),
        Err(error) => return Err(cannot(&reason(&error)).with_help("create its folder first")),
    }
    if path.is_dir() {
        return Err(cannot("it is a folder"));
    }
    Ok(Destination::File { path, shown })
}

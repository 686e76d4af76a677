//! `config init` and `config show`.

use std::fs::File;
use std::io::{self, Write as _};

use crate::cli::{CheckArgs, InitArgs};
use crate::config::UsageError;
use crate::plan::{Environment, Plan};
use crate::run::ExitStatus;
use crate::source::reason;

use super::output::{self, Failure};

/// The configuration that `config init` writes: every key with its default, commented out.
const TEMPLATE: &str = include_str!("config.toml");

/// Writes a commented configuration; an existing file is left alone.
pub fn init(args: &InitArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let shown = args.path.display();
    let written = File::create_new(environment.folder.join(&args.path)).and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => UsageError::new(format!("cannot write {shown}: it exists already")).with_help("edit it, or name another file"),
        _ => UsageError::new(format!("cannot write {shown}: {}", reason(&error))),
    })?;
    output::stdout(|out| writeln!(out, "wrote {shown}"))?;
    Ok(ExitStatus::Clean)
}

/// Prints the effective settings and where each comes from, as a configuration.
pub fn show(args: &CheckArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let plan = Plan::new(args, environment)?;
    super::load_rules(&plan)?;
    let mut settings = plan.settings.clone();
    settings.sort_by_key(|setting| setting.key);
    output::stdout(|out| settings.iter().try_for_each(|s| writeln!(out, "{} = {}  # {}", s.key, s.value, s.from)))?;
    Ok(ExitStatus::Clean)
}

#[cfg(test)]
mod tests {
    use super::TEMPLATE;
    use crate::config::parse;

    #[test]
    fn the_written_file_is_a_configuration_with_and_without_its_comments() {
        assert!(parse("aelix-lint.toml", TEMPLATE).is_ok());
        let is_setting = |line: &str| line.starts_with("#[") || line.split_once(" = ").is_some_and(|(key, _)| key.starts_with('#') && !key.contains("# "));
        let without: String = TEMPLATE.lines().map(|line| if is_setting(line) { &line[1..] } else { line }).flat_map(|line| [line, "\n"]).collect();
        let file = parse("aelix-lint.toml", &without).unwrap();
        assert!(file.exclude.is_some() && !file.overrides.is_empty() && !file.per_path_ignores.is_empty(), "the comments hold every key");
    }
}

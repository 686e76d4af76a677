//! Decides colour, for reports and commands, and makes foreign paths and links safe to print.

use colored::{ColoredString, Colorize, control};

use crate::model::Severity;

pub use crate::text::harmless::{sanitise, sanitise_lines};

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Environment and terminal decide.
    #[default]
    Auto,
    /// Colour, wherever it goes.
    Always,
    /// No colour.
    Never,
}

/// Whether a stream gets colour: `--color`, then `NO_COLOR` (no-color.org: not empty), then `FORCE_COLOR` and `CLICOLOR_FORCE`,
/// then `CLICOLOR=0` (bixense.com/clicolors), then whether the stream itself is a terminal that can. That a CI service's log renders colour says nothing: the stream may as well be a pipe to
/// `grep` or a file, so there colour has to be asked for.
pub fn color(choice: ColorChoice, stream_is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let forced = |name: &str| env(name).is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") => true,
        ColorChoice::Auto if env("CLICOLOR").is_some_and(|value| value == "0") => false,
        ColorChoice::Auto => stream_is_terminal && env("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether a stream gets OSC 8 hyperlinks: only with colour, and only on a terminal known to render them (a CI log shows them as garbage).
pub fn links(color: bool, stream_is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let value = |name: &str| env(name).unwrap_or_default();
    let forced = value("FORCE_HYPERLINK");
    if !forced.is_empty() {
        return color && forced != "0";
    }
    let known_program = matches!(value("TERM_PROGRAM").as_str(), "iTerm.app" | "WezTerm" | "vscode" | "ghostty" | "Hyper");
    let known_terminal = matches!(value("TERM").as_str(), "xterm-kitty" | "alacritty" | "xterm-ghostty");
    // VTE: the terminals of GNOME and its relatives, since version 0.50.
    let vte = value("VTE_VERSION").parse::<u32>().is_ok_and(|version| version >= 5000);
    color && stream_is_terminal && (known_program || known_terminal || vte || !value("WT_SESSION").is_empty() || !value("KONSOLE_VERSION").is_empty())
}

/// Paints text for one stream, or leaves it plain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// No escape sequences.
    #[default]
    Plain,
    /// ANSI colour.
    Colored,
}

impl Paint {
    /// The painter of a stream that gets colour or not.
    pub fn new(color: bool) -> Self {
        if color { Self::Colored } else { Self::Plain }
    }

    /// Headings, names, what stands out.
    pub fn strong(self, text: &str) -> String {
        self.apply(text, Colorize::bold)
    }

    /// What may be passed over.
    pub fn dim(self, text: &str) -> String {
        self.apply(text, Colorize::dimmed)
    }

    /// What went wrong.
    pub fn error(self, text: &str) -> String {
        self.apply(text, |t| t.bright_red().bold())
    }

    /// What deserves a look.
    pub fn warning(self, text: &str) -> String {
        self.apply(text, |t| t.yellow().bold())
    }

    /// What went well.
    pub fn good(self, text: &str) -> String {
        self.apply(text, |t| t.green().bold())
    }

    /// What helps on: notes, hints, identifiers.
    pub fn hint(self, text: &str) -> String {
        self.apply(text, Colorize::cyan)
    }

    /// Text in the colour of a severity.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Critical | Severity::High => self.error(text),
            Severity::Medium => self.warning(text),
            Severity::Low | Severity::Info => self.hint(text),
        }
    }

    fn apply(self, text: &str, style: impl FnOnce(ColoredString) -> ColoredString) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colored => {
                // `colored` asks the environment and standard output unless told; here it is reached only when the stream's decision was "colour".
                control::set_override(true);
                style(text.normal()).to_string()
            }
        }
    }
}

/// A path made safe to begin a line with: no CI service may take it for one of its commands (`::error::`).
pub fn sanitise_path(path: &str) -> String {
    let safe = sanitise(path);
    if safe.trim_start().starts_with("::") { format!("./{safe}") } else { safe }
}

/// A web address that may stand in an escape sequence; none for anything else.
pub fn safe_url(url: &str) -> Option<&str> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    (web && url.bytes().all(|b| b.is_ascii_graphic())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(choice: ColorChoice, terminal: bool, variables: &[(&str, &str)]) -> bool {
        color(choice, terminal, |name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_flag_outranks_the_environment() {
        assert!(decided(ColorChoice::Always, false, &[("NO_COLOR", "1")]));
        assert!(!decided(ColorChoice::Never, true, &[("FORCE_COLOR", "1")]));
    }

    #[test]
    fn the_environment_is_asked_in_order() {
        for (terminal, variables, expected) in [
            (true, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")][..], false),
            (false, &[("NO_COLOR", ""), ("FORCE_COLOR", "1")], true),
            (false, &[("CLICOLOR_FORCE", "1")], true),
            (false, &[("CLICOLOR_FORCE", "0")], false),
            (false, &[("GITHUB_ACTIONS", "true"), ("CI", "true")], false),
            (false, &[("GITLAB_CI", "true"), ("FORCE_COLOR", "1")], true),
            (true, &[], true),
            (true, &[("CLICOLOR", "0")], false),
            (true, &[("CLICOLOR", "1")], true),
            (false, &[("CLICOLOR", "1")], false),
            (false, &[("CLICOLOR", "0"), ("FORCE_COLOR", "1")], true),
            (false, &[], false),
            (true, &[("TERM", "dumb")], false),
        ] {
            assert_eq!(decided(ColorChoice::Auto, terminal, variables), expected, "{terminal} {variables:?}");
        }
    }

    #[test]
    fn links_need_colour_and_a_terminal_that_knows_them() {
        let env = |name: &str| (name == "TERM_PROGRAM").then(|| "WezTerm".to_owned());
        assert!(links(true, true, env));
        assert!(!links(false, true, env));
        assert!(!links(true, false, env));
        assert!(!links(true, true, |_| None));
    }

    #[test]
    fn plain_paint_adds_nothing() {
        assert_eq!(Paint::Plain.error("x"), "x");
        assert!(Paint::Colored.error("x").starts_with('\u{1b}'));
    }

    #[test]
    fn what_could_drive_a_ci_log_is_broken_up() {
        assert_eq!(sanitise_path(" ::error::x"), "./ ::error::x");
        assert_eq!(sanitise("##[error]x"), "##\u{ff3b}error]x");
    }

    #[test]
    fn only_plain_web_addresses_become_links() {
        assert_eq!(safe_url("https://example.com/a?b#c"), Some("https://example.com/a?b#c"));
        assert_eq!(safe_url("javascript:alert(1)"), None);
        assert_eq!(safe_url("https://example.com/\u{1b}\\"), None);
    }
}

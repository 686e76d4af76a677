//! Colour and safe text. (Stand-in.)

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the stream and the environment suggest.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether a stream gets colour.
pub fn color(choice: ColorChoice, stream_is_terminal: bool, _env: impl Fn(&str) -> Option<String>) -> bool {
    match choice {
        ColorChoice::Auto => stream_is_terminal,
        ColorChoice::Always => true,
        ColorChoice::Never => false,
    }
}

/// Text that is safe to print: control characters are replaced.
pub fn sanitise(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

/// Whether links are drawn.
pub fn links(_color: bool, _stream_is_terminal: bool, _env: impl Fn(&str) -> Option<String>) -> bool {
    false
}

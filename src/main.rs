//! Parse, run, exit; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    aelix_lint::command::main(std::env::args_os()).into()
}

//! What the first argument of each call of `sink` in a file folds to, a JSON string or `null` a line: for `tests/e2e/folding.sh`, which compares it with
//! what the language itself makes of the same expressions.
//!
//! ```console
//! $ cargo run --example fold -- FILE
//! ```

#![allow(clippy::print_stdout)]

use std::error::Error;

use aelix_lint::lang;
use aelix_lint::model::facts::Value;
use aelix_lint::scan::syntax::{Bounds, Parser, facts};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: fold FILE")?;
    let bytes = std::fs::read(&path)?;
    let language = lang::of_file(&path, &bytes).ok_or("no language of ours")?;
    let facts = facts(&bytes, language, &mut Parser::default(), Bounds::default())?;
    for call in facts.calls.iter().filter(|call| call.callee == "sink") {
        match call.arguments.first().map(|argument| &argument.value) {
            Some(Value::Literal { text, .. }) => println!("{}", serde_json::to_string(&String::from_utf8_lossy(text))?),
            _ => println!("null"),
        }
    }
    Ok(())
}

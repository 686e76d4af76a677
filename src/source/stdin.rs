//! Standard input as one target.

use std::io::{self, Read as _};

/// All of standard input, appended to `out`.
pub fn read_into(out: &mut Vec<u8>) -> io::Result<()> {
    io::stdin().lock().read_to_end(out).map(|_| ())
}

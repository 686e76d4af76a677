//! Transcripts of the program, command and output together; `TRYCMD=overwrite cargo test --test transcripts` writes them anew.

#[test]
fn transcripts_hold() {
    trycmd::TestCases::new().env("NO_COLOR", "1").insert_var("[VERSION]", env!("CARGO_PKG_VERSION")).unwrap().case("tests/transcripts/*.md");
}

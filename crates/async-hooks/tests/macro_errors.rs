//! What the attribute macros refuse: the error points at the word, and says what to write.
//!
//! The expected errors are those of the pinned compiler. `TRYBUILD=overwrite` updates them.

use trybuild::TestCases;

#[test]
fn an_error_points_at_the_word_and_says_what_to_write() {
    let cases = TestCases::new();
    cases.compile_fail("tests/macro_errors/always/*.rs");
    let of_this_build = if cfg!(feature = "diagnostics") { "with_diagnostics" } else { "without_diagnostics" };
    cases.compile_fail(format!("tests/macro_errors/{of_this_build}/*.rs"));
    if !async_hooks::tokio::automatic() {
        cases.compile_fail("tests/macro_errors/without_unstable/*.rs");
    }
}

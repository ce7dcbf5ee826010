//! Exit code 2, nothing on the standard output, and what was wrong on the standard error.

use std::fs;
use std::process::Stdio;

use crate::program::{command, run};
use crate::recorded::{folder, recorded};

/// Runs a command that must fail, and returns what it says.
fn failure(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!error.contains('\u{1b}') && !error.contains("panicked"), "{error}");
    error
}

#[test]
fn a_file_that_is_no_whole_recording_is_refused_with_its_name_and_the_reason() {
    let made = recorded("to-be-cut");
    let mut plain = Vec::new();
    made.recording.write(&mut plain).unwrap();
    let bytes = fs::read(&made.file).unwrap();
    for (name, content, reason) in [
        ("foreign", &b"no trace at all"[..], "not a recording of async-hooks"),
        ("empty", b"", "the recording is damaged at byte 0"),
        ("cut", &plain[..plain.len() - 1], "the recording is damaged at byte "),
        ("cut-gz", &bytes[..bytes.len() / 2], "the recording is damaged at byte "),
    ] {
        let file = folder().join(name);
        fs::write(&file, content).unwrap();
        let file = file.to_str().unwrap();
        for arguments in [&["check", file][..], &["tree", file, "--json"], &["at", file, "0s"], &["diff", file, file]] {
            let error = failure(arguments);
            assert!(error.starts_with(&format!("error: cannot read {file:?}: {reason}")), "{error}");
        }
    }
}

#[test]
fn a_missing_file_and_a_folder_are_refused_with_their_names() {
    let missing = failure(&["check", "no\nsuch file"]);
    assert!(missing.starts_with("error: cannot read \"no\\nsuch file\": "), "{missing}");
    let folder = folder().to_str().unwrap();
    assert!(failure(&["check", folder]).contains(folder));
}

#[test]
fn a_page_that_cannot_be_written_is_named() {
    let made = recorded("unwritable");
    let page = folder().join("no such folder").join("page.html");
    let error = failure(&["report", made.path(), "-o", page.to_str().unwrap()]);
    assert!(error.starts_with(&format!("error: cannot write {page:?}: ")), "{error}");
}

#[test]
fn an_unknown_id_is_named_with_those_that_are_known() {
    let made = recorded("unknown-id");
    let known = format!("the recording knows ids between {} and {}\n", made.request, made.query);
    let expected = format!("error: no resource has the id 999999999: {known}");
    for command in ["critical-path", "tree"] {
        assert_eq!(failure(&[command, made.path(), "999999999"]), expected);
    }
    assert!(failure(&["critical-path", made.path(), "1"]).contains("no resource has the id 1:"));
}

#[test]
fn what_is_no_id_no_moment_and_no_command_is_named() {
    let made = recorded("wrong-arguments");
    for (arguments, named) in [
        (&["critical-path", made.path(), "0"][..], "'0'"),
        (&["critical-path", made.path(), "seven"], "'seven'"),
        (&["at", made.path(), "soon"], "'soon'"),
        (&["at", made.path(), "1.5"], "an offset from the start as in 1.5s"),
        (&["slowest", made.path(), "-n", "-1"], "-1"),
        (&["profile"], "'profile'"),
        (&[], "Usage"),
    ] {
        assert!(failure(arguments).contains(named), "{}", failure(arguments));
    }
}

#[test]
fn a_moment_outside_the_recording_is_refused_with_where_it_begins_and_ends() {
    let made = recorded("outside");
    for moment in ["1970-01-01T00:00:01Z", "9h", "2554-01-01T00:00:00Z"] {
        let error = failure(&["at", made.path(), moment]);
        assert!(error.contains("Z is not in the recording, which goes from 20"), "{error}");
    }
}

#[test]
fn who_reads_only_the_beginning_causes_no_failure() {
    let made = recorded("closed-pipe");
    let mut child = command(["tree", made.path()]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn help_and_version_are_no_failures() {
    assert!(run(["--help"]).text().contains("critical-path"));
    assert_eq!(run(["--version"]).text(), format!("async-hooks {}\n", env!("CARGO_PKG_VERSION")));
}

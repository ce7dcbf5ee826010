//! The names of the tests that run in a binary.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::invocation::Invocation;

const TO_LIST: Duration = Duration::from_secs(10);
/// The kernel cuts the name of a thread to this many bytes.
const THREAD_NAME: usize = 15;

/// The tests that these arguments select, and of which `output` does not say how they ended.
///
/// None where the binary does not list its tests.
pub(super) fn not_ended(program: &Path, arguments: &[String], output: &str) -> Vec<String> {
    let list = Invocation::new(program).arguments(arguments).arguments(["--list", "--format=terse"]);
    let Ok(list) = env::current_dir().map_err(Into::into).and_then(|here| list.time_limit(TO_LIST).output(&here))
    else {
        return Vec::new();
    };
    let ended: HashSet<_> = output.lines().filter_map(ended).collect();
    let listed = list.lines().filter_map(|line| line.strip_suffix(": test"));
    listed.filter(|name| !ended.contains(name)).map(str::to_owned).collect()
}

/// `a::b` of `test a::b ... ok`; a line that ends behind the dots is of a test that runs.
fn ended(line: &str) -> Option<&str> {
    let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    (!result.trim().is_empty()).then_some(name)
}

/// Those of `candidates` that a thread of the process is named after; all where no thread is.
///
/// libtest gives the thread of a test the test's name. On one thread it runs tests in the order of the list.
pub(super) fn running(process: u32, candidates: Vec<String>) -> Vec<String> {
    let threads = thread_names(process);
    let has_thread = |name: &&String| threads.contains(&name.as_bytes()[..name.len().min(THREAD_NAME)]);
    let found: Vec<_> = candidates.iter().filter(has_thread).cloned().collect();
    if found.is_empty() { candidates } else { found }
}

/// Empty where there is no `/proc`.
fn thread_names(process: u32) -> HashSet<Vec<u8>> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| fs::read(thread.path().join("comm")).ok())
        .map(|name| name.trim_ascii_end().to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_ended_when_its_line_has_a_result() {
        assert_eq!(ended("test a::b ... ok"), Some("a::b"));
        assert_eq!(ended("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(ended("test a::b ... "), None);
        assert_eq!(ended("test a::b has been running for over 60 seconds"), None);
        assert_eq!(ended("running 2 tests"), None);
    }

    #[test]
    fn a_program_that_does_not_list_its_tests_has_none() {
        let script = ["-c".to_owned(), "exit 7".to_owned()];
        assert!(not_ended(Path::new("sh"), &script, "").is_empty());
    }

    #[test]
    fn without_a_thread_of_that_name_all_candidates_may_run() {
        assert_eq!(running(0, vec!["a".into(), "b".into()]), ["a", "b"]);
    }
}

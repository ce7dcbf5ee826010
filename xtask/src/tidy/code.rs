//! Checks of the words in Rust code.

use std::collections::BTreeMap;

use super::Complaint;
use super::scan::{has, leading_word};
use super::tree::{SourceFile, Tree};

/// Nothing that says "later".
pub(super) fn leftovers(tree: &Tree) -> Vec<Complaint> {
    tree.rust().flat_map(leftovers_of).collect()
}

/// In comments. In code, clippy sees `todo!` and its like.
fn leftovers_of(file: &SourceFile) -> Vec<Complaint> {
    let found = file.comment_lines().filter_map(|(number, line)| {
        let word = ["TODO", "FIXME"].into_iter().find(|word| has(line, word))?;
        Some(file.complaint(number, format!("{word}; finish it, or open an issue and delete it")))
    });
    found.collect()
}

/// A test runs, and passes because it asserts.
pub(super) fn excused_tests(tree: &Tree) -> Vec<Complaint> {
    let line = |file: &SourceFile, (number, line): (usize, &str)| match line {
        _ if line.contains("#[ignore") => {
            Some(file.complaint(number, "an ignored test; make it run everywhere, or delete it"))
        }
        _ if line.contains("#[should_panic") => {
            Some(file.complaint(number, "any panic passes this test; assert on the result of catch_unwind"))
        }
        _ => None,
    };
    code_lines(tree.rust(), line)
}

/// A test's name is what it promises.
pub(super) fn test_names(tree: &Tree) -> Vec<Complaint> {
    tree.rust().flat_map(prefixed_tests).collect()
}

fn prefixed_tests(file: &SourceFile) -> Vec<Complaint> {
    let mut is_test = false;
    let mut complaints = Vec::new();
    for (number, line) in file.code_lines() {
        is_test |= is_test_attribute(line);
        if let Some(name) = function_name(line) {
            if is_test && name.starts_with("test_") {
                complaints.push(
                    file.complaint(number, format!("{name}; name the test after what it promises, without test_")),
                );
            }
            is_test = false;
        }
    }
    complaints
}

/// `#[test]`, `#[tokio::test]`, `#[tokio::test(…)]`.
fn is_test_attribute(line: &str) -> bool {
    let attribute = line.trim_start().strip_prefix("#[").unwrap_or_default();
    let path = attribute.split(['(', ']']).next().unwrap_or_default();
    path.rsplit("::").next() == Some("test")
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_item = before.split_whitespace().all(|word| matches!(word, "pub" | "async" | "const"));
    is_item.then(|| leading_word(after))
}

/// Real time makes a test slow on a good day and wrong on a bad one.
pub(super) fn sleeping_tests(tree: &Tree) -> Vec<Complaint> {
    let line = |file: &SourceFile, (number, line): (usize, &str)| {
        let sleeps = has(line, "thread::sleep") && file.is_test(number);
        sleeps.then(|| file.complaint(number, "a test that sleeps; use paused time, a channel or a barrier"))
    };
    code_lines(tree.rust(), line)
}

/// Instrumentation never brings the program down.
///
/// Clippy sees `unwrap` and `expect`; this is the rest.
pub(super) fn panics(tree: &Tree) -> Vec<Complaint> {
    let line = |file: &SourceFile, (number, line): (usize, &str)| {
        let panics = has(line, "panic!") && !file.is_test(number);
        panics.then(|| file.complaint(number, "a panic in a library; return, ignore and count, or report"))
    };
    code_lines(tree.library(), line)
}

/// What depends on tokio's unstable hooks is to be found in one place of a crate.
pub(super) fn unstable_cfg(tree: &Tree) -> Vec<Complaint> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for file in tree.library() {
        let first = file.code_lines().find(|(_, line)| has(line, "tokio_unstable"));
        places.entry(file.library_crate()).or_default().extend(first.map(|(number, _)| (file, number)));
    }
    let others = places.values().flat_map(|files| files.iter().skip(1).map(move |place| (files[0].0, place)));
    others
        .map(|(first, (file, number))| {
            file.complaint(*number, format!("tokio_unstable is already in {}; keep it in one file", first.path))
        })
        .collect()
}

fn code_lines<'a>(
    files: impl Iterator<Item = &'a SourceFile>,
    complaint: impl Fn(&SourceFile, (usize, &str)) -> Option<Complaint>,
) -> Vec<Complaint> {
    let of_file = |file: &'a SourceFile| file.code_lines().filter_map(|line| complaint(file, line)).collect::<Vec<_>>();
    files.flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_comments_and_strings_are_no_code() {
        let source = "//! No panic!().\nconst S: &str = \"panic! TODO\";\n";
        let tree = Tree::of(&[("crates/a/src/id.rs", source)]);
        for check in [leftovers, panics] {
            assert!(check(&tree).is_empty());
        }
    }

    #[test]
    fn each_leftover_is_seen() {
        for source in ["// TODO: x", "/* x\n   TODO */", "/// FIXME", "//! FIXME", "fn f() {} // TODO"] {
            let source = format!("{source}\nfn g() {{}}\n");
            assert_eq!(leftovers(&Tree::of(&[("examples/a.rs", &source)])).len(), 1, "{source}");
        }
    }

    #[test]
    fn excuses_are_seen_with_and_without_a_reason() {
        for source in ["#[ignore]", "#[ignore = \"slow\"]", "#[should_panic]", "#[should_panic(expected = \"x\")]"] {
            assert_eq!(excused_tests(&Tree::of(&[("crates/a/tests/a.rs", source)])).len(), 1, "{source}");
        }
    }

    #[test]
    fn only_tests_may_not_be_called_test() {
        for (source, expected) in [
            ("#[test]\nfn test_a() {}\n", 1),
            ("    #[tokio::test(start_paused = true)]\n    async fn test_a() {}\n", 1),
            ("#[test]\nfn a() {}\nfn test_runtime() {}\n", 0),
            ("#[cfg(test)]\nfn test_runtime() {}\n", 0),
        ] {
            assert_eq!(test_names(&Tree::of(&[("crates/a/tests/a.rs", source)])).len(), expected, "{source}");
        }
    }

    #[test]
    fn panics_and_sleep_are_judged_by_where_they_stand() {
        let source = "fn f() { panic!() }\n#[cfg(test)]\nmod tests {\n    fn g() { panic!(); thread::sleep(x) }\n}\nfn h() { std::thread::sleep(x) }\n";
        let lines = |complaints: Vec<Complaint>| Vec::from_iter(complaints.iter().map(|complaint| complaint.line));
        let tree = Tree::of(&[("crates/a/src/id.rs", source)]);
        assert_eq!((lines(panics(&tree)), lines(sleeping_tests(&tree))), (vec![1], vec![4]));

        let tree = Tree::of(&[("examples/examples/a.rs", source)]);
        assert!(panics(&tree).is_empty());
    }

    #[test]
    fn the_unstable_cfg_may_be_in_one_file_of_each_crate() {
        let cfg = "#[cfg(tokio_unstable)]\nmod runtime;\n";
        let one_each =
            Tree::of(&[("crates/a/src/lib.rs", cfg), ("crates/b/src/lib.rs", cfg), ("crates/a/tests/a.rs", cfg)]);
        assert!(unstable_cfg(&one_each).is_empty());

        let two = Tree::of(&[("crates/a/src/id.rs", cfg), ("crates/a/src/lib.rs", cfg)]);
        let complaints = unstable_cfg(&two);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].message.contains("crates/a/src/id.rs"));
    }
}

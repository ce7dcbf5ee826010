//! `cargo xtask tidy`: the rules of style that a script can check.
//!
//! What rustc and clippy check has no rule here.
//!
//! Each rule is one [`Check`]: a name, and a function from the files to the complaints. A check reads tokens or items, not types:
//! where it cannot be sure it says nothing and leaves the decision to the reviewer.

mod scan;
mod tree;
mod pages;
mod text;
mod manifest;
mod code;
mod layout;
mod arrows;
mod words;
mod names;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;

use crate::workspace::Workspace;
use tree::{SourceFile, Tree};

/// One point of style.
struct Check {
    name: &'static str,
    complaints: fn(&Tree) -> Vec<Complaint>,
}

/// One place that misses a point. The message says what is wrong; what to do.
struct Complaint {
    path: String,
    line: usize,
    message: String,
}

const CHECKS: [Check; 22] = [
    Check { name: "whitespace", complaints: text::whitespace },
    Check { name: "links", complaints: text::links },
    Check { name: "references", complaints: pages::references },
    Check { name: "example-index", complaints: pages::example_index },
    Check { name: "architecture", complaints: text::architecture },
    Check { name: "lints", complaints: manifest::lints },
    Check { name: "reasons", complaints: manifest::reasons },
    Check { name: "leftovers", complaints: code::leftovers },
    Check { name: "excused-tests", complaints: code::excused_tests },
    Check { name: "test-names", complaints: code::test_names },
    Check { name: "sleeping-tests", complaints: code::sleeping_tests },
    Check { name: "panics", complaints: code::panics },
    Check { name: "unstable-cfg", complaints: code::unstable_cfg },
    Check { name: "cover-page", complaints: layout::cover_pages },
    Check { name: "length", complaints: layout::lengths },
    Check { name: "nouns", complaints: layout::nouns },
    Check { name: "arrows", complaints: arrows::arrows },
    Check { name: "archaisms", complaints: words::archaisms },
    Check { name: "first-lines", complaints: words::first_lines },
    Check { name: "printed-words", complaints: words::printed_archaisms },
    Check { name: "type-names", complaints: names::types },
    Check { name: "facade", complaints: names::facade },
];

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<ExitCode> {
    let result = check(workspace.root(), &mut anstream::stdout());
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes a line per complaint about the files under `root`, then how many there are.
///
/// # Errors
///
/// When there are complaints, or the files cannot be listed.
pub(crate) fn check(root: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    let mut count = 0;
    for check in &CHECKS {
        let complaints = (check.complaints)(&tree);
        count += complaints.len();
        write_all(&complaints, check.name, out)?;
    }
    writeln!(out, "{} checks, {} files, complaints: {count}", CHECKS.len(), tree.files().len())?;
    ensure!(count == 0, "complaints: {count}");
    Ok(())
}

fn write_all(complaints: &[Complaint], check: &str, out: &mut impl Write) -> io::Result<()> {
    complaints.iter().try_for_each(|complaint| writeln!(out, "{complaint} [{check}]"))
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl SourceFile {
    fn complaint(&self, line: usize, message: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIGHTY_ONE_LINES: &str = concat!(
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
        "//\n//\n//\n//\n//\n//\n//\n//\n//\n",
    );

    const LONG_FIRST_LINE: &str =
        "//! A module whose first line of documentation says more than fits into the list that rustdoc makes of it.\n";

    /// For every check, a file that it alone complains about.
    const OFFENDERS: [(&str, &str, &str); 22] = [
        ("whitespace", "README.md", "blank at the end \n"),
        ("links", "README.md", "[gone](docs/gone.md)\n"),
        ("references", "README.md", "[gone][there]\n"),
        (
            "example-index",
            "examples/Cargo.toml",
            "[[example]]\nname = \"a\"\npath = \"a.rs\"\n[lints]\nworkspace = true\n",
        ),
        ("architecture", "ARCHITECTURE.md", "See `src/gone.rs`.\n"),
        ("lints", "crates/a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("reasons", "crates/a/Cargo.toml", "[dependencies]\nserde = \"1\"\n"),
        ("leftovers", "crates/a/src/id.rs", "// TODO: later.\nfn f() {}\n"),
        ("excused-tests", "crates/a/tests/a.rs", "#[test]\n#[ignore]\nfn promise() {}\n"),
        ("test-names", "crates/a/tests/a.rs", "#[test]\nfn test_promise() {}\n"),
        ("sleeping-tests", "crates/a/tests/a.rs", "use std::thread::sleep;\n"),
        ("panics", "crates/a/src/id.rs", "fn f() { panic!() }\n"),
        ("unstable-cfg", "crates/a/src/id.rs", "#[cfg(tokio_unstable)]\nfn f() {}\n"),
        ("cover-page", "crates/a/src/lib.rs", "pub fn f() {}\n"),
        ("length", "examples/examples/bind.rs", EIGHTY_ONE_LINES),
        ("nouns", "crates/a/src/util.rs", "//! Odds and ends.\n"),
        ("arrows", "crates/a/src/id.rs", "use crate::hook::Hook;\n"),
        ("archaisms", "docs/page.md", "For whomever.\n"),
        ("first-lines", "crates/a/src/id.rs", LONG_FIRST_LINE),
        ("printed-words", "examples/examples/bind.rs", "fn f() -> &'static str {\n    \"anew\"\n}\n"),
        ("type-names", "crates/a/src/id.rs", "pub struct Id;\npub enum Id {}\n"),
        ("facade", "crates/async-hooks-core/src/lib.rs", "pub use id::Id;\n"),
    ];

    #[test]
    fn every_check_fires_on_its_offender_and_no_other_does() {
        for (name, path, text) in OFFENDERS {
            let cover = ("crates/a/src/lib.rs", "#[cfg(tokio_unstable)]\nmod id;\nmod hook;\n");
            let tree = Tree::of(&[cover, (path, text)]);
            assert_eq!(fired(&tree), [name], "on {path}: {text}");
        }
    }

    #[test]
    fn every_check_has_an_offender() {
        assert_eq!(CHECKS.map(|check| check.name), OFFENDERS.map(|(name, ..)| name));
    }

    #[test]
    fn a_complaint_reads_as_file_line_what_and_check() {
        let tree = Tree::of(&[("a.rs", "fn f() {}\n// TODO\nfn g() {}\n")]);
        let mut out = Vec::new();
        write_all(&code::leftovers(&tree), "leftovers", &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("a.rs:2: ") && out.ends_with(" [leftovers]\n"), "{out}");
    }

    fn fired(tree: &Tree) -> Vec<&'static str> {
        let fires = |check: &&Check| !(check.complaints)(tree).is_empty();
        CHECKS.iter().filter(fires).map(|check| check.name).collect()
    }
}

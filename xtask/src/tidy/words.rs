//! Checks of the prose: plain present-day English, and first lines that fit into an index.

use super::Complaint;
use super::scan::has;
use super::tree::{SourceFile, Tree};

/// Each with what to write instead.
const ARCHAISMS: [(&str, &str); 35] = [
    ("whoever", "name the type or function that acts"),
    ("whomever", "name the type or function that acts"),
    ("told of", "receives, is notified of"),
    ("tells of", "reports"),
    ("tell of", "report"),
    ("is told", "is notified, receives, is documented"),
    ("are told", "are notified, receive, are documented"),
    ("hears of", "receives, is notified of"),
    ("hear of", "receive, be notified of"),
    ("heard of", "received, was notified of"),
    ("heard by", "delivered to, received by"),
    ("lent out", "borrowed"),
    ("lends out", "borrows"),
    ("left of it", "name what remains"),
    ("has a say", "has a policy, applies"),
    ("have a say", "have a policy, apply"),
    ("is had by", "name who has it"),
    ("are had by", "name who has them"),
    ("for one who", "for code that"),
    ("for whoever", "for code that"),
    ("let go of", "drop, release"),
    ("lets go of", "drops, releases"),
    ("to let go", "to drop, to release"),
    ("comes behind", "follows"),
    ("belongs into", "belongs in"),
    ("anew", "again"),
    ("so many", "the number of"),
    ("by so much", "by how much"),
    ("seldom", "rarely"),
    ("hear", "receive, observe"),
    ("hears", "receives, observes"),
    ("heard", "received, observed"),
    ("lent", "borrowed"),
    ("lends", "borrows"),
    ("lest", "so that … not"),
];

/// Rustdoc shows the first line of an item in lists.
const LONGEST_FIRST_LINE: usize = 90;

/// Searches comments, markdown and function names for phrases, across line ends as well.
pub(super) fn archaisms(tree: &Tree) -> Vec<Complaint> {
    tree.files().iter().flat_map(archaisms_of).collect()
}

fn archaisms_of(file: &SourceFile) -> Vec<Complaint> {
    let paragraphs = paragraphs(file).into_iter().chain(function_names(file));
    let found = paragraphs.flat_map(|paragraph| {
        let phrases = ARCHAISMS.iter().filter(move |(phrase, _)| has(&paragraph.text, phrase));
        phrases.map(move |(phrase, instead)| (paragraph.line, phrase, instead))
    });
    found.map(|(line, phrase, instead)| file.complaint(line, format!("{phrase}; plainer: {instead}"))).collect()
}

/// Searches the texts that the libraries and examples print.
///
/// Tests and the checks of this program quote what they forbid.
pub(super) fn printed_archaisms(tree: &Tree) -> Vec<Complaint> {
    let printing = tree.rust().filter(|file| file.library_crate().is_some() || file.path.starts_with("examples/"));
    printing.flat_map(printed_archaisms_of).collect()
}

fn printed_archaisms_of(file: &SourceFile) -> Vec<Complaint> {
    let texts = file.texts().into_iter().filter(|(line, _)| !file.is_test(*line));
    let found = texts.flat_map(|(line, text)| {
        let text = text.to_lowercase();
        ARCHAISMS.iter().filter(move |(phrase, _)| has(&text, phrase)).map(move |found| (line, found))
    });
    found.map(|(line, (phrase, instead))| file.complaint(line, format!("{phrase}; plainer: {instead}"))).collect()
}

/// Text in lower case, and the line where it begins.
struct Paragraph {
    line: usize,
    text: String,
}

/// The comments of a Rust file, the text of a markdown file; of other files nothing.
fn paragraphs(file: &SourceFile) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut is_open = false;
    for (line, text) in prose(file) {
        let text = text.trim().to_lowercase();
        match paragraphs.last_mut() {
            _ if text.is_empty() => is_open = false,
            Some(Paragraph { text: paragraph, .. }) if is_open => *paragraph += &format!(" {text}"),
            _ => {
                is_open = true;
                paragraphs.push(Paragraph { line, text });
            }
        }
    }
    paragraphs
}

fn prose(file: &SourceFile) -> Vec<(usize, &str)> {
    if file.path.ends_with(".md") {
        return file.lines().collect();
    }
    file.comment_lines().map(|(number, line)| (number, line.trim().trim_start_matches(['/', '!', '*']))).collect()
}

/// `a_hook_is_told_of_it` reads as a sentence, too.
fn function_names(file: &SourceFile) -> Vec<Paragraph> {
    let names = file.code_lines().filter_map(|(line, code)| Some((line, code.split_once("fn ")?.1)));
    names.map(|(line, name)| Paragraph { line, text: name.replace('_', " ").to_lowercase() }).collect()
}

/// The first line of documentation says what an item is for, and no more.
pub(super) fn first_lines(tree: &Tree) -> Vec<Complaint> {
    tree.rust().flat_map(long_first_lines).collect()
}

fn long_first_lines(file: &SourceFile) -> Vec<Complaint> {
    let mut above = None;
    let mut complaints = Vec::new();
    for (number, line) in file.comment_lines() {
        let doc = line.trim().strip_prefix("///").or(line.trim().strip_prefix("//!"));
        let length = doc.map_or(0, |text| text.trim().chars().count());
        if above.is_none() && length > LONGEST_FIRST_LINE {
            let message =
                format!("{length} characters, at most {LONGEST_FIRST_LINE}; say the rest in a second paragraph");
            complaints.push(file.complaint(number, message));
        }
        above = doc;
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(check: fn(&Tree) -> Vec<Complaint>, path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|complaint| complaint.line).collect()
    }

    #[test]
    fn archaisms_are_seen_in_comments_names_and_markdown() {
        for (path, text) in [
            ("crates/a/src/id.rs", "// Whoever drops it.\n"),
            ("crates/a/src/id.rs", "/// A hook that belongs\n/// into it.\nfn f() {}\n"),
            ("crates/a/src/id.rs", "//! It is written anew.\n"),
            ("crates/a/src/id.rs", "/* Rarely, or seldom. */\n"),
            ("crates/a/tests/a.rs", "fn a_hook_hears_its_end() {}\n"),
            ("docs/page.md", "Set anew.\n"),
            ("docs/page.md", "A hook belongs\ninto it.\n"),
        ] {
            assert_eq!(lines(archaisms, path, text), [1], "{text}");
        }
    }

    #[test]
    fn words_in_strings_and_longer_words_are_no_archaisms() {
        for text in ["const A: &str = \"whoever\";\n", "// The lowest one.\n", "// Told\n\n// of\n"] {
            assert!(lines(archaisms, "crates/a/src/id.rs", text).is_empty(), "{text}");
        }
        assert!(lines(archaisms, "a.toml", "# anew\n").is_empty());
    }

    #[test]
    fn archaisms_are_seen_in_printed_texts() {
        let printed = "fn f() {\n    println!(\"written anew\");\n}\n";
        for (path, expected) in [
            ("crates/a/src/id.rs", vec![2]),
            ("examples/a.rs", vec![2]),
            ("crates/a/tests/a.rs", vec![]),
            ("xtask/src/a.rs", vec![]),
        ] {
            assert_eq!(lines(printed_archaisms, path, printed), expected, "{path}");
        }
        assert!(lines(printed_archaisms, "crates/a/src/id.rs", "/// anew\nfn f() {}\n").is_empty());
    }

    #[test]
    fn the_first_line_of_documentation_has_a_limit() {
        let (fits, long) = ("x".repeat(90), "x".repeat(91));
        for (text, expected) in [
            (format!("/// {fits}\nfn f() {{}}\n"), vec![]),
            (format!("//! {long}\n"), vec![1]),
            (format!("fn g() {{}}\n/// {long}\nfn f() {{}}\n"), vec![2]),
            (format!("/// x\n/// {long}\nfn f() {{}}\n"), vec![]),
            (format!("// {long}\n"), vec![]),
            (format!("    /// é{}\n    fn f() {{}}\n", "x".repeat(89)), vec![]),
        ] {
            assert_eq!(lines(first_lines, "crates/a/src/id.rs", &text), expected, "{text}");
        }
    }
}

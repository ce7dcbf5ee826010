//! The files to check: every text file that git does not ignore.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use ignore::WalkBuilder;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::scan::{self, Views};

/// The text files of the repository, by path from its root, with `/` on every system.
pub(super) struct Tree {
    files: Vec<SourceFile>,
    paths: BTreeSet<String>,
}

/// A file, and for Rust its code and comments apart. In other files both are empty.
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) text: String,
    tokens: TokenStream,
    code: String,
    comments: String,
    /// For each line whether it exists only in tests.
    test_lines: Vec<bool>,
}

impl Tree {
    /// # Errors
    ///
    /// When `root` cannot be listed. A file that is not text is skipped. So is a symbolic link: its file is read where it lies.
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let paths = listed(root)?;
        let text = |path: &String| match root.join(path) {
            link if link.is_symlink() => None,
            file => fs::read_to_string(file).ok(),
        };
        let read = |path: &String| Some(SourceFile::new(path.clone(), text(path)?));
        Ok(Self { files: paths.iter().filter_map(read).collect(), paths })
    }

    /// A tree in memory; of files with the same path the last one counts.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files: std::collections::BTreeMap<_, _> = files.iter().copied().collect();
        let paths = files.keys().map(|path| path.to_string()).collect();
        let files = files.iter().map(|(path, text)| SourceFile::new(path.to_string(), text.to_string())).collect();
        Self { files, paths }
    }

    pub(super) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The Rust files of the published crates, without their tests.
    pub(super) fn library(&self) -> impl Iterator<Item = &SourceFile> {
        self.rust().filter(|file| file.library_crate().is_some())
    }

    /// True for a file and for a folder that holds one.
    pub(super) fn contains(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let below = self.paths.range(folder.clone()..).next();
        path.is_empty() || self.paths.contains(path) || below.is_some_and(|next| next.starts_with(&folder))
    }

    /// True for the end of a file's path, from the beginning of one of its parts.
    pub(super) fn contains_tail(&self, tail: &str) -> bool {
        let tail_of_folder = format!("/{tail}");
        self.paths.iter().any(|path| path == tail || path.ends_with(&tail_of_folder))
    }
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let source = if path.ends_with(".rs") { &text } else { "" };
        let tokens: TokenStream = source.parse().unwrap_or_default();
        let Views { code, comments } = scan::views(source, tokens.clone());
        let test_lines = test_lines(source, tokens.clone());
        Self { path, text, tokens, code, comments, test_lines }
    }

    /// The lines as they are, with their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }

    /// The lines without comments and literals, with their numbers.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.code)
    }

    /// The tokens of the code; none in a file that is not Rust, or has an unclosed brace.
    pub(super) fn tokens(&self) -> TokenStream {
        self.tokens.clone()
    }

    /// The items of a Rust file; None when it does not parse.
    pub(super) fn syntax(&self) -> Option<syn::File> {
        syn::parse2(self.tokens.clone()).ok()
    }

    /// The lines of comments alone, with their numbers.
    pub(super) fn comment_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.comments)
    }

    /// The string literals of the code, documentation apart, with their lines.
    pub(super) fn texts(&self) -> Vec<(usize, String)> {
        let mut texts = Vec::new();
        collect_texts(self.tokens.clone(), &mut texts);
        texts
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// `crates/<name>` when the file lies in that crate's `src`.
    pub(super) fn library_crate(&self) -> Option<&str> {
        let (package, _) = self.path.split_once("/src/")?;
        (package.starts_with("crates/") && package.matches('/').count() == 1).then_some(package)
    }

    /// True for a line that is compiled only into tests.
    pub(super) fn is_test(&self, line: usize) -> bool {
        let whole = self.path.contains("/tests/") || self.name() == "tests.rs";
        whole || self.test_lines.get(line - 1).is_some_and(|is_test| *is_test)
    }
}

fn collect_texts(tokens: TokenStream, texts: &mut Vec<(usize, String)>) {
    for token in tokens {
        let line = token.span().start().line;
        match token {
            // Attributes hold documentation, which counts as comments.
            TokenTree::Group(group) if is_documentation(&group) => {}
            TokenTree::Group(group) => collect_texts(group.stream(), texts),
            token => {
                if let Ok(text) = syn::parse2::<syn::LitStr>(token.into()) {
                    texts.push((line, text.value()));
                }
            }
        }
    }
}

fn is_documentation(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket && first.is_some_and(|first| first.to_string() == "doc")
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Marks the items under `#[cfg(test)]`, from the attribute to the closing brace or `;`.
fn test_lines(text: &str, tokens: TokenStream) -> Vec<bool> {
    let mut marks = vec![false; text.lines().count()];
    mark_tests(tokens, &mut marks);
    marks
}

fn mark_tests(tokens: TokenStream, marks: &mut [bool]) {
    let mut start = None;
    for token in tokens {
        start = start.or_else(|| is_test_cfg(&token).then(|| token.span().start().line));
        if ends_item(&token)
            && let Some(start) = start.take()
        {
            marks[start - 1..token.span().end().line].fill(true);
        } else if let TokenTree::Group(group) = token {
            mark_tests(group.stream(), marks);
        }
    }
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// The brackets of `#[cfg(test)]` and `#[cfg(all(test, …))]`.
fn is_test_cfg(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let attribute: String = group.stream().into_iter().map(|token| token.to_string()).collect();
    let attribute = attribute.replace([' ', '\n'], "");
    group.delimiter() == Delimiter::Bracket && (attribute == "cfg(test)" || attribute.starts_with("cfg(all(test,"))
}

/// Files and symbolic links, hidden ones as well: `.cargo` belongs to the repository.
fn listed(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut files = WalkBuilder::new(root);
    files.hidden(false).filter_entry(|entry| entry.file_name() != ".git").require_git(false);
    let mut paths = BTreeSet::new();
    for entry in files.build() {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        if entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink()) {
            let path = entry.path().strip_prefix(root)?;
            paths.insert(path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"));
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_under_cfg_test_are_test_lines() {
        let source =
            "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\nfn h() {}\n#[cfg(test)]\nuse x;\nfn i() {}\n";
        let file = SourceFile::new("crates/a/src/id.rs".into(), source.into());
        let marked: Vec<_> = (1..=9).filter(|line| file.is_test(*line)).collect();
        assert_eq!(marked, [2, 3, 4, 5, 7, 8]);
    }

    #[test]
    fn files_of_tests_are_tests_throughout() {
        for (path, expected) in
            [("crates/a/tests/it/id.rs", true), ("crates/a/src/id/tests.rs", true), ("crates/a/src/id.rs", false)]
        {
            assert_eq!(SourceFile::new(path.into(), "x\n".into()).is_test(1), expected, "{path}");
        }
    }

    #[test]
    fn files_folders_and_tails_are_found() {
        let tree = Tree::of(&[("docs/adr/1.md", ""), ("docs.md", "")]);
        assert!(tree.contains("docs/adr") && tree.contains("docs/adr/1.md") && tree.contains(""));
        assert!(!tree.contains("doc") && !tree.contains("docs/ad"));
        assert!(tree.contains_tail("adr/1.md") && !tree.contains_tail("dr/1.md"));
    }

    #[test]
    fn hidden_files_are_listed_and_ignored_ones_are_not() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let listed = listed(root).unwrap();
        assert!(listed.contains("xtask/src/tidy/tree.rs") && listed.contains(".cargo/config.toml"));
        let is_ignored = |path: &String| path.starts_with("target/") || path.starts_with(".git/");
        assert!(!listed.iter().any(is_ignored), "{listed:?}");
    }
}

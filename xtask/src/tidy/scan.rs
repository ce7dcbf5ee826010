//! Splits Rust source into what the compiler reads and what people read.
//!
//! A word in a string literal is neither: the checks themselves name what they forbid.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};

/// The code and the comments of a source, line by line in the same places.
///
/// Whatever is missing in one is blank.
pub(super) struct Views {
    pub(super) code: String,
    pub(super) comments: String,
}

/// Separates tokens from what lies between them, which is comments.
///
/// Literals are in neither view; documentation counts as comments, though it is made of tokens.
pub(super) fn views(source: &str, tokens: TokenStream) -> Views {
    let mut views = Views { code: String::new(), comments: String::new() };
    let mut end = 0;
    for Token { range, is_literal } in leaves(tokens) {
        // All tokens that stand for a doc comment have its place; the first of them is enough.
        if range.start < end {
            continue;
        }
        views.push("", &source[end..range.start]);
        let token = &source[range.clone()];
        match token {
            _ if is_documentation(token) => views.push("", token),
            _ if is_literal => views.push("", &blank(token)),
            _ => views.push(token, ""),
        }
        end = range.end;
    }
    views.push("", &source[end..]);
    views
}

impl Views {
    /// Appends to one view, and as many blanks to the other.
    fn push(&mut self, code: &str, comments: &str) {
        self.code.push_str(code);
        self.code.push_str(&blank(comments));
        self.comments.push_str(&blank(code));
        self.comments.push_str(comments);
    }
}

struct Token {
    range: Range<usize>,
    is_literal: bool,
}

/// The tokens that hold no others, in the order of the text.
fn leaves(tokens: TokenStream) -> Vec<Token> {
    let mut leaves = Vec::new();
    collect(tokens, &mut leaves);
    leaves
}

fn collect(tokens: TokenStream, leaves: &mut Vec<Token>) {
    let leaf = |range, is_literal| Token { range, is_literal };
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                leaves.push(leaf(group.span_open().byte_range(), false));
                collect(group.stream(), leaves);
                leaves.push(leaf(group.span_close().byte_range(), false));
            }
            TokenTree::Literal(literal) => leaves.push(leaf(literal.span().byte_range(), true)),
            token => leaves.push(leaf(token.span().byte_range(), false)),
        }
    }
}

/// `proc_macro2` makes attributes of doc comments, which still lie where the comment does.
fn is_documentation(token: &str) -> bool {
    token.starts_with("//") || token.starts_with("/*")
}

/// True where `line` has `needle` as a whole: no letter, digit or `_` goes on where one ends.
pub(super) fn has(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].ends_with(is_word) && needle.starts_with(is_word);
        let after = line[at + needle.len()..].starts_with(is_word) && needle.ends_with(is_word);
        !before && !after
    })
}

/// The identifier `text` starts with, if any.
pub(super) fn leading_word(text: &str) -> &str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn blank(piece: &str) -> String {
    piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views_of(source: &str) -> Views {
        views(source, source.parse().unwrap())
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        for source in [
            "// word",
            "/// word",
            "/* a /* word */ word */",
            "\"word \\\" word\"",
            "r#\"word \" word\"#",
            "br\"word\"",
            "'\\'' /* word */",
        ] {
            assert!(!has(&views_of(source).code, "word"), "{source}");
        }
    }

    #[test]
    fn what_follows_a_comment_or_literal_is_code() {
        for source in [
            "// x\nword",
            "/* /* */ */ word",
            "\"\\\\\" word",
            "r#\"\"\"# word",
            "'\"' word",
            "'\\\\' word",
            "&'static word",
            "for \"\" word",
            "'é' word",
        ] {
            assert!(has(&views_of(source).code, "word"), "{source}");
        }
    }

    #[test]
    fn comments_keep_their_lines_and_strings_are_no_comments() {
        let comments = views_of("code(\"// no\");\n// yes\n").comments;
        assert_eq!(comments.lines().map(str::trim).collect::<Vec<_>>(), ["", "// yes"]);
    }

    #[test]
    fn a_word_inside_a_longer_word_is_not_found() {
        assert!(has("unsafe {", "unsafe") && has("x.unsafe", "unsafe"));
        assert!(!has("unsafe_code", "unsafe") && !has("my_unsafe", "unsafe"));
        assert!(has("core::panic!(", "panic!") && !has("dont_panic!(", "panic!"));
    }
}

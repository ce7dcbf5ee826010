//! Takes Rust source apart into what the compiler reads and what people read.
//!
//! A word in a string literal is neither: the checks themselves name what they forbid.

/// The same text twice, line by line in the same places: once only the code, once only the comments. The rest is blank.
pub(super) struct Views {
    pub(super) code: String,
    pub(super) comments: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

pub(super) fn views(source: &str) -> Views {
    let mut views = Views { code: String::new(), comments: String::new() };
    let mut start = 0;
    while start < source.len() {
        let (kind, length) = piece(&source[..start], &source[start..]);
        let piece = &source[start..start + length];
        views.code.push_str(&if kind == Kind::Code { piece.to_owned() } else { blank(piece) });
        views.comments.push_str(&if kind == Kind::Comment { piece.to_owned() } else { blank(piece) });
        start += length;
    }
    views
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

/// The number of the line that holds the place.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The length of the `{…}` that `code` starts with, braces included.
pub(super) fn block_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What `rest` starts with, and how long it is. Code comes one character at a time.
fn piece(before: &str, rest: &str) -> (Kind, usize) {
    let inside_word = before.ends_with(is_word);
    if let Some(length) = comment(rest) {
        return (Kind::Comment, length);
    }
    if let Some(length) = string(rest).or_else(|| character(rest)) {
        return (Kind::Literal, length);
    }
    match raw_string(rest) {
        Some(length) if !inside_word => (Kind::Literal, length),
        _ => (Kind::Code, rest.chars().next().map_or(1, char::len_utf8)),
    }
}

fn comment(rest: &str) -> Option<usize> {
    match rest {
        _ if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
        _ if rest.starts_with("/*") => Some(block_comment(rest)),
        _ => None,
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        let (step, change) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        (at, depth) = (at + step, depth + change);
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = body.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(end.map_or(rest.len(), |end| end + 2))
}

fn raw_string(rest: &str) -> Option<usize> {
    let start = ["r", "br", "cr"].iter().find_map(|prefix| {
        let hashes = rest.strip_prefix(prefix)?;
        hashes.trim_start_matches('#').starts_with('"').then_some(prefix.len())
    })?;
    let hashes = rest[start..].find('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let body = start + hashes + 1;
    Some(rest[body..].find(&close).map_or(rest.len(), |end| body + end + close.len()))
}

/// `'x'` and `'\n'`; `'a` is a lifetime, and code.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let skipped = escape.chars().next()?.len_utf8();
        return Some(escape[skipped..].find('\'')? + skipped + 3);
    }
    let inner = body.chars().next()?.len_utf8();
    body[inner..].starts_with('\'').then_some(inner + 2)
}

fn blank(piece: &str) -> String {
    piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(!has(&views(source).code, "word"), "{source}");
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
            "for\"\" word",
            "'é' word",
        ] {
            assert!(has(&views(source).code, "word"), "{source}");
        }
    }

    #[test]
    fn comments_keep_their_lines_and_strings_are_no_comments() {
        let comments = views("code(\"// no\");\n// yes\n").comments;
        assert_eq!(comments.lines().map(str::trim).collect::<Vec<_>>(), ["", "// yes"]);
    }

    #[test]
    fn a_word_inside_a_longer_word_is_not_found() {
        assert!(has("unsafe {", "unsafe") && has("x.unsafe", "unsafe"));
        assert!(!has("unsafe_code", "unsafe") && !has("my_unsafe", "unsafe"));
        assert!(has("core::panic!(", "panic!") && !has("dont_panic!(", "panic!"));
    }

    #[test]
    fn a_block_ends_where_its_brace_does() {
        assert_eq!(block_length("{ { } } }"), 7);
        assert_eq!(block_length("{ {"), 3);
    }
}

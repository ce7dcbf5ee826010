//! One page of HTML: where its links lead, and the names it has for them.

use std::collections::BTreeSet;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// What the link check needs of a page.
pub(super) struct Page {
    /// The targets of links, pictures and style sheets.
    pub(super) targets: BTreeSet<String>,
    /// What may stand behind `#` in a link to the page.
    pub(super) names: BTreeSet<String>,
}

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        let mut page = Self { targets: BTreeSet::new(), names: BTreeSet::new() };
        let mut emitter = DefaultEmitter::default();
        // The contents of scripts are no tags.
        emitter.naively_switch_states(true);
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            // rustdoc names scripts that it writes only where a trait is implemented.
            let Token::StartTag(tag) = token else { continue };
            if tag.name.as_slice() == b"script" {
                continue;
            }
            for (name, value) in tag.attributes {
                let value = || String::from_utf8_lossy(&value).into_owned();
                match name.as_slice() {
                    b"href" | b"src" => _ = page.targets.insert(value()),
                    b"id" => _ = page.names.insert(value()),
                    _ => {}
                }
            }
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_names_are_found_and_text_is_not() {
        let page = Page::parse(
            "<h1 id=a>x</h1><a href='b.html#c'>href=\"d\"</a><img src=e.svg><!-- <a href=f> --><script src=h.js>`<a href=g>`</script>",
        );
        assert_eq!(Vec::from_iter(page.targets), ["b.html#c", "e.svg"]);
        assert_eq!(Vec::from_iter(page.names), ["a"]);
    }
}

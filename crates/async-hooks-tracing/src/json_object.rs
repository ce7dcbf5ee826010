//! A line that is one JSON object: where members can be added, and which names it has.
//!
//! Nothing is decoded. The scanner follows strings, brackets and commas, which is enough to add a member where one can stand.

/// The deepest nesting that is followed.
const DEPTH: usize = 128;

/// An object that is all of a text but white space.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JsonObject<'a> {
    /// Where members can be added: behind the last one, or behind the brace.
    pub(crate) end_of_members: usize,
    /// The names of the members, as they are written.
    pub(crate) names: Vec<&'a str>,
}

impl<'a> JsonObject<'a> {
    /// `None` for any other text.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner { text, at: 0, open: Vec::new(), end_of_token: 0 };
        let mut names = Vec::new();
        scanner.expect(b'{')?;
        scanner.open.push(b'}');
        let mut wants_name = true;
        while scanner.open.len() > 1 || scanner.peek()? != b'}' {
            let is_outermost = scanner.open.len() == 1;
            let token = scanner.token()?;
            if is_outermost && wants_name {
                names.push(token.strip_prefix('"')?.strip_suffix('"')?);
                scanner.expect(b':')?;
                // A value must follow.
                wants_name = scanner.token()?.starts_with([',', ':', '}', ']']);
                if wants_name {
                    return None;
                }
            } else if is_outermost {
                wants_name = token == ",";
                if !wants_name {
                    return None;
                }
            }
        }
        if wants_name && !names.is_empty() {
            return None;
        }
        let end_of_members = scanner.end_of_token;
        scanner.expect(b'}')?;
        scanner.skip_blanks();
        (scanner.at == text.len()).then_some(JsonObject { end_of_members, names })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }
}

/// Whether a text begins as a JSON object or array does: it must not get anything behind it.
///
/// A date in brackets begins none.
pub(crate) fn begins_like_json(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix('[') {
        Some(element) => element.trim_start().starts_with(['{', '[', '"', ']']),
        None => text.starts_with('{'),
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// What closes each bracket that is open.
    open: Vec<u8>,
    end_of_token: usize,
}

impl<'a> Scanner<'a> {
    fn skip_blanks(&mut self) {
        let rest = self.text.as_bytes().iter().skip(self.at);
        self.at += rest.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.end_token(1))
    }

    fn end_token(&mut self, length: usize) {
        self.at += length;
        self.end_of_token = self.at;
    }

    /// The next token; brackets are followed.
    fn token(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => self.string()?,
            b'{' | b'[' => {
                self.open.push(if first == b'{' { b'}' } else { b']' });
                self.end_token(1);
                return self.rest_of_brackets(start);
            }
            b',' | b':' | b'}' | b']' => self.end_token(1),
            _ => self.word()?,
        }
        self.text.get(start..self.at)
    }

    /// Follows what was opened last until it is closed.
    fn rest_of_brackets(&mut self, start: usize) -> Option<&'a str> {
        let outside = self.open.len() - 1;
        while self.open.len() > outside {
            match self.peek()? {
                b'"' => self.string()?,
                bracket @ (b'{' | b'[') if self.open.len() < DEPTH => {
                    self.open.push(if bracket == b'{' { b'}' } else { b']' });
                    self.end_token(1);
                }
                closing @ (b'}' | b']') if self.open.last() == Some(&closing) => {
                    self.open.pop();
                    self.end_token(1);
                }
                b',' | b':' => self.end_token(1),
                b'{' | b'[' | b'}' | b']' => return None,
                _ => self.word()?,
            }
        }
        self.text.get(start..self.at)
    }

    fn string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                // A line break inside of a string is no JSON.
                0..=0x1f => return None,
                _ => at += 1,
            }
        }
        self.end_token(at + 1 - self.at);
        Some(())
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().iter().skip(self.at);
        let length = rest.take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        (length > 0).then(|| self.end_token(length))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn names(text: &str) -> Option<Vec<&str>> {
        JsonObject::parse(text).map(|object| object.names)
    }

    #[test]
    fn an_object_has_the_names_of_its_own_members_and_not_of_deeper_ones() {
        let text = r#"{ "a": 1, "b" : {"c": [1, {"d": "}\"{"}]}, "e":null ,"f": -1.5e+3}"#;
        assert_eq!(names(text), Some(vec!["a", "b", "e", "f"]));
        assert_eq!(names("{}"), Some(vec![]));
        assert_eq!(names(" {\n} \r\n"), Some(vec![]));
        assert_eq!(names("{\r\n  \"a\": \"ä\"\r\n}\r\n"), Some(vec!["a"]));
    }

    #[test]
    fn members_are_added_behind_the_last_one() {
        for (text, before) in [("{ \"a\": 1 }\n", "{ \"a\": 1"), ("{}", "{"), ("{ }", "{"), ("{\"a\":{}}", "{\"a\":{}")]
        {
            assert_eq!(&text[..JsonObject::parse(text).unwrap().end_of_members], before);
        }
    }

    #[test]
    fn what_is_no_single_object_is_not_understood() {
        for text in [
            "",
            "{",
            "}",
            "{a}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{\"a\":1 2}",
            "{\"a\":1}{\"b\":2}",
            "{\"a\":1}\n{\"b\":2}\n",
            "{\"a\":1} text",
            "text {\"a\":1}",
            "[{\"a\":1}]",
            "{\"a\":[1}",
            "{\"a\":1]}",
            "{\"a\":\"b}",
            "{\"a\":\"b\n\"}",
            "{\"a\\",
            "{\"a\":,}",
            "{\"a\"::1}",
            "{\"a\":\u{e4}}",
            "{'a':1}",
        ] {
            assert_eq!(names(text), None, "{text}");
        }
    }

    #[test]
    fn nesting_is_followed_up_to_a_limit() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(names(&nested(DEPTH - 1)).map(|names| names.len()), Some(1));
        assert_eq!(names(&nested(1_000_000)), None);
    }

    #[test]
    fn a_bracket_begins_json_only_before_what_json_has_there() {
        for text in ["{", "{\"a\":1}", " {", "[]", "[ {", "[\"a\"]", "[[1]]", "\n[\n{"] {
            assert!(begins_like_json(text), "{text}");
        }
        for text in ["", "[2026-11-28 INFO] ready", "[INFO] {}", "[1, 2]", "INFO {}", "\"a\"", "[", "[-"] {
            assert!(!begins_like_json(text), "{text}");
        }
    }

    /// Any value, with texts and names that have to be escaped.
    fn value() -> impl Strategy<Value = Value> {
        let text = "[a\"\\\\{}\\[\\],:\n\u{1}ä𝄞]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((text, inner), 0..4).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_object_gets_a_member_and_keeps_its_own(value in value(), is_pretty: bool) {
            let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
            let parsed = JsonObject::parse(&text);
            prop_assert_eq!(parsed.is_some(), value.is_object());
            if let (Some(parsed), Value::Object(mut members)) = (parsed, value) {
                prop_assert_eq!(parsed.names.len(), members.len());
                let comma = if members.is_empty() { "" } else { "," };
                let (before, after) = text.split_at(parsed.end_of_members);
                let added: Value = serde_json::from_str(&format!("{before}{comma}\"async id\":7{after}")).unwrap();
                members.insert("async id".into(), 7.into());
                prop_assert_eq!(added, Value::Object(members));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[{}\\[\\]\",:\\\\ \na1ä]{0,40}") {
            if let Some(object) = JsonObject::parse(&text) {
                prop_assert!(begins_like_json(&text) && text.is_char_boundary(object.end_of_members));
            }
        }
    }
}

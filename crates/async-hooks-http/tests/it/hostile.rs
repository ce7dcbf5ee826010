//! Headers that nobody thought of.
//!
//! They never panic, and what is read is bounded and prints as what it is read from.

use std::env;

use async_hooks_http::{Baggage, SpanId, TraceContext, TraceId, inject};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

/// Ten million of each in `cargo xtask prove hostile-headers`.
fn cases() -> ProptestConfig {
    let cases = env::var("HOSTILE_HEADERS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A byte that a server takes in a header.
///
/// No byte is rejected, because a long proof would run out of rejections.
fn byte() -> impl Strategy<Value = u8> {
    any::<u8>().prop_map(|byte| if byte.is_ascii_control() && byte != b'\t' { byte | 0x80 } else { byte })
}

/// Any bytes that a server takes as a header value, those that matter to a parser more often.
fn header() -> impl Strategy<Value = HeaderValue> {
    let byte = prop_oneof![4 => prop::sample::select(&b"00f1a-,=;% \t@"[..]), 1 => byte()];
    prop::collection::vec(byte, 0..200).prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
}

/// A header that is almost right: one byte is another.
fn mutated_traceparent() -> impl Strategy<Value = HeaderValue> {
    let text = "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[a-z]{0,9})?";
    (text, any::<prop::sample::Index>(), byte()).prop_map(|(text, index, byte)| {
        let mut bytes = text.into_bytes();
        let index = index.index(bytes.len());
        bytes[index] = byte;
        HeaderValue::from_bytes(&bytes).unwrap()
    })
}

fn map(name: &'static str, values: Vec<HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, value);
    }
    headers
}

/// The rules of the standard once more, as slow as they read.
fn is_traceparent(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    let fields: Vec<_> = text.split('-').collect();
    let [version, trace_id, span_id, flags, rest @ ..] = &fields[..] else { return false };
    let is_hex = |field: &str, digits| {
        field.len() == digits && field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_zero = |field: &str| field.bytes().all(|byte| byte == b'0');
    is_hex(version, 2)
        && *version != "ff"
        && is_hex(trace_id, 32)
        && !is_zero(trace_id)
        && is_hex(span_id, 16)
        && !is_zero(span_id)
        && is_hex(flags, 2)
        && (rest.is_empty() || *version != "00")
}

/// A list that is almost right: some entries are wrong.
///
/// Blanks, tabs and more commas than one are between them.
fn listed() -> impl Strategy<Value = HeaderValue> {
    let entry = prop_oneof![8 => "[a-z0-9][a-z0-9_*/@-]{0,3}=[!-~]{1,4}", 1 => "ah=[0-9a-f]{16}-[0-9a-f]{1,2}", 1 => "[ -~]{0,5}"];
    let comma = "[ \t]{0,2},{1,2}[ \t]{0,2}";
    prop::collection::vec((entry, comma), 0..12).prop_map(|entries| {
        let text: String = entries.into_iter().map(|(entry, comma)| entry + &comma).collect();
        HeaderValue::from_str(&text).unwrap()
    })
}

/// What is passed on of such lists, by the rules of the standard, as slow as they read.
fn passed_on(values: &[HeaderValue]) -> String {
    let texts: Vec<_> = values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let entries = texts.iter().flat_map(|text| text.split(',')).map(|entry| entry.trim_matches([' ', '\t']));
    let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
    let is_first = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_entry = |entry: &&str| {
        entry.split_once('=').is_some_and(|(key, value)| {
            key.starts_with(is_first)
                && key.chars().all(|letter| is_first(letter) || "_-*/@".contains(letter))
                && key.len() <= 256
                && value.chars().all(|letter| (' '..='~').contains(&letter) && letter != '=')
                && (1..=256).contains(&value.len())
        })
    };
    let is_list = entries.len() <= 32 && entries.iter().all(is_entry);
    let others = entries.into_iter().filter(|entry| is_list && !entry.starts_with("ah="));
    others.collect::<Vec<_>>().join(",")
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn traceparent_is_read_where_the_standard_says_so(value in prop_oneof![header(), mutated_traceparent()]) {
        let is_valid = is_traceparent(&String::from_utf8_lossy(value.as_bytes()));
        let context = TraceContext::from_headers(&map("traceparent", vec![value]));
        prop_assert_eq!(context.is_some(), is_valid);
        if let Some(context) = context {
            let again = map("traceparent", vec![context.to_string().parse().unwrap()]);
            prop_assert_eq!(TraceContext::from_headers(&again), Some(context));
        }
    }

    #[test]
    fn tracestate_is_passed_on_where_the_standard_says_so(
        values in prop::collection::vec(prop_oneof![header(), listed(), listed()], 0..5),
    ) {
        let expected = passed_on(&values);
        let traceparent = HeaderValue::from_static(crate::TRACEPARENT);
        let mut headers = map("tracestate", values);
        headers.insert("traceparent", traceparent.clone());
        let context = TraceContext::from_headers(&headers).unwrap();
        prop_assert_eq!(context.tracestate(), expected);

        let mut again = map("tracestate", vec![HeaderValue::from_str(context.tracestate()).unwrap()]);
        again.insert("traceparent", traceparent);
        prop_assert!(TraceContext::from_headers(&again).unwrap().tracestate() == context.tracestate());
        let mut sent = HeaderMap::new();
        context.run(|| inject(&mut sent));
        // Our own entry is in front, so of 32 others the last one is left out.
        let sent_on: Vec<_> = context.tracestate().split(',').take(31).collect();
        prop_assert!(TraceContext::from_headers(&sent).unwrap().tracestate() == sent_on.join(","));
    }

    #[test]
    fn baggage_is_bounded_and_reads_back(values in prop::collection::vec(header(), 0..5)) {
        let baggage = Baggage::from_headers(&map("baggage", values));
        let text = baggage.to_string();
        prop_assert!(text.len() <= 8192 && baggage.members().count() <= 64);
        prop_assert!(HeaderValue::from_str(&text).is_ok());
        let again = Baggage::parse(&text);
        prop_assert_eq!(&again, &baggage);
        for (member, again) in baggage.members().zip(again.members()) {
            prop_assert_eq!((member.key(), member.value()), (again.key(), again.value()));
            prop_assert_eq!(member.properties().collect::<Vec<_>>(), again.properties().collect::<Vec<_>>());
        }
    }

    #[test]
    fn ids_are_read_from_what_they_print(trace_id: [u8; 16], span_id: [u8; 8]) {
        let trace_id = TraceId::from_bytes(trace_id);
        prop_assert_eq!(trace_id.and_then(|id| id.to_string().parse().ok()), trace_id);
        let span_id = SpanId::from_bytes(span_id);
        prop_assert_eq!(span_id.and_then(|id| id.to_string().parse().ok()), span_id);
    }
}

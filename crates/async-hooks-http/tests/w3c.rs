//! The 41 cases of the official test suite of W3C Trace Context level 2.
//!
//! Each case sends its headers to a real server, as bytes. The server calls back with the headers that `inject` writes, and the
//! test looks at these. The names are those of the suite's own tests.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod w3c_service;

use async_hooks_http::TraceContext;
use http::HeaderMap;
use w3c_service::Services;

const TRACE_ID: &str = "12345678901234567890123456789012";

/// What must come out of a case.
#[derive(Clone, Copy)]
enum Trace {
    /// A trace id that was not sent.
    New,
    /// The trace id that was sent, with another parent id.
    Same,
}

use Trace::{New, Same};

struct Case {
    name: &'static str,
    /// Headers of one request each, with what becomes of its trace and of its tracestate.
    requests: Vec<Sent>,
}

struct Sent {
    headers: Vec<(&'static str, String)>,
    trace: Trace,
    /// The entries of others that go out, in order; `None` where that is not looked at.
    tracestate: Option<Vec<String>>,
}

fn sent(headers: &[(&'static str, &str)], trace: Trace) -> Sent {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Sent { headers, trace, tracestate: None }
}

/// A request with a valid traceparent and these tracestate headers.
fn with_state(tracestate: &[&str], expected: &[&str]) -> Sent {
    let mut sent = sent(&[("traceparent", TRACEPARENT)], Same);
    sent.headers.extend(tracestate.iter().map(|value| ("tracestate", (*value).to_owned())));
    sent.tracestate = Some(expected.iter().map(|entry| (*entry).to_owned()).collect());
    sent
}

const TRACEPARENT: &str = "00-12345678901234567890123456789012-1234567890123456-01";

fn case(name: &'static str, requests: impl IntoIterator<Item = Sent>) -> Case {
    Case { name, requests: requests.into_iter().collect() }
}

/// A case whose requests have one traceparent header each.
fn traceparents(name: &'static str, values: &[&str], trace: Trace) -> Case {
    case(name, values.iter().map(|value| sent(&[("traceparent", value)], trace)))
}

fn cases_of_traceparent() -> Vec<Case> {
    let cc = TRACEPARENT.replacen("00", "cc", 1);
    let with = |from: &str, to: &str| TRACEPARENT.replacen(from, to, 1);
    let first = TRACEPARENT.replace(TRACE_ID, "12345678901234567890123456789011");
    vec![
        case("both_traceparent_and_tracestate_missing", [sent(&[], New)]),
        case("traceparent_included_tracestate_missing", [sent(&[("traceparent", TRACEPARENT)], Same)]),
        case("traceparent_duplicated", [sent(&[("traceparent", &first), ("traceparent", TRACEPARENT)], New)]),
        case(
            "traceparent_header_name",
            [sent(&[("trace-parent", TRACEPARENT)], New), sent(&[("trace.parent", TRACEPARENT)], New)],
        ),
        case(
            "traceparent_header_name_valid_casing",
            ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"].map(|name| sent(&[(name, TRACEPARENT)], Same)),
        ),
        traceparents(
            "traceparent_version_0x00",
            &[&format!("{TRACEPARENT}."), &format!("{TRACEPARENT}-what-the-future-will-be-like")],
            New,
        ),
        case(
            "traceparent_version_0xcc",
            [
                sent(&[("traceparent", &cc)], Same),
                sent(&[("traceparent", &format!("{cc}-what-the-future-will-be-like"))], Same),
                sent(&[("traceparent", &format!("{cc}.what-the-future-will-be-like"))], New),
            ],
        ),
        traceparents("traceparent_version_0xff", &[&with("00", "ff")], New),
        traceparents("traceparent_version_illegal_characters", &[&with("00", ".0"), &with("00", "0.")], New),
        traceparents("traceparent_version_too_long", &[&with("00", "000"), &with("00", "0000")], New),
        traceparents("traceparent_version_too_short", &[&with("00", "0")], New),
        traceparents("traceparent_trace_id_all_zero", &[&with(TRACE_ID, &"0".repeat(32))], New),
        traceparents(
            "traceparent_trace_id_illegal_characters",
            &[&with("1234567890", ".234567890"), &with("9012-", "901.-")],
            New,
        ),
        traceparents("traceparent_trace_id_too_long", &[&with("9012-", "90123-")], New),
        traceparents("traceparent_trace_id_too_short", &[&with("9012-", "901-")], New),
        traceparents("traceparent_parent_id_all_zero", &[&with("-1234567890123456-", "-0000000000000000-")], New),
        traceparents(
            "traceparent_parent_id_illegal_characters",
            &[&with("-1234567890123456-", "-.234567890123456-"), &with("3456-01", "345.-01")],
            New,
        ),
        traceparents("traceparent_parent_id_too_long", &[&with("3456-01", "34567-01")], New),
        traceparents("traceparent_parent_id_too_short", &[&with("3456-01", "345-01")], New),
        traceparents("traceparent_trace_flags_illegal_characters", &[&with("-01", "-.0"), &with("-01", "-0.")], New),
        traceparents("traceparent_trace_flags_too_long", &[&with("-01", "-001")], New),
        traceparents("traceparent_trace_flags_too_short", &[&with("-01", "-1")], New),
        traceparents(
            "traceparent_ows_handling",
            &[
                &format!(" {TRACEPARENT}"),
                &format!("\t{TRACEPARENT}"),
                &format!("{TRACEPARENT} "),
                &format!("{TRACEPARENT}\t"),
                &format!("\t {TRACEPARENT} \t"),
            ],
            Same,
        ),
        traceparents("propagates_random_flag", &[&with("-01", "-02"), &with("-01", "-03")], Same),
    ]
}

fn cases_of_tracestate() -> Vec<Case> {
    let dropped = |headers: &[(&'static str, &str)]| Sent { tracestate: Some(vec![]), ..sent(headers, New) };
    let named = |name, expected: &[&str]| {
        let mut sent = with_state(&[], expected);
        sent.headers.push((name, "foo=1".to_owned()));
        sent
    };
    let all_keys = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let all_values: String = (0x20..=0x7e_u8).map(char::from).filter(|c| !",=".contains(*c)).collect();
    // The suite writes all of it behind a visible first character, and before a visible last one.
    let all = [format!("{all_keys}=a{all_values}"), format!("{all_keys}@{all_keys}=a{all_values}")];
    let of_length = |key: &str, length: usize| format!("{}=1", key.repeat(length));
    let vendor = |tenant, vendor| format!("{}@{}=1", "t".repeat(tenant), "v".repeat(vendor));
    let members = |range: std::ops::Range<usize>| range.map(|n| format!("bar{n:02}={n:02}")).collect::<Vec<_>>();
    let thirty_two = ["foo=1".to_owned()].into_iter().chain(members(1..32)).collect::<Vec<_>>();
    let in_four_headers = |last: std::ops::Range<usize>| {
        [vec!["foo=1".to_owned()], members(1..11), members(11..21), members(21..31), members(last)]
            .map(|members| members.join(","))
    };
    fn texts(texts: &[String]) -> Vec<&str> {
        texts.iter().map(String::as_str).collect()
    }
    vec![
        case(
            "tracestate_included_traceparent_missing",
            [dropped(&[("tracestate", "foo=1")]), dropped(&[("tracestate", "foo=1,bar=2")])],
        ),
        case("tracestate_included_traceparent_included", [with_state(&["foo=1,bar=2"], &["foo=1", "bar=2"])]),
        case("tracestate_header_name", [named("trace-state", &[]), named("trace.state", &[])]),
        case(
            "tracestate_header_name_valid_casing",
            ["TraceState", "TrAcEsTaTe", "TRACESTATE"].map(|name| named(name, &["foo=1"])),
        ),
        case(
            "tracestate_empty_header",
            [with_state(&[""], &[]), with_state(&["foo=1", ""], &["foo=1"]), with_state(&["", "foo=1"], &["foo=1"])],
        ),
        case(
            "tracestate_multiple_headers_different_keys",
            [with_state(
                &["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
                &["foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"],
            )],
        ),
        case(
            "tracestate_duplicated_keys",
            [
                with_state(&["foo=1,foo=1"], &["foo=1", "foo=1"]),
                with_state(&["foo=1,foo=2"], &["foo=1", "foo=2"]),
                with_state(&["foo=1", "foo=1"], &["foo=1", "foo=1"]),
                with_state(&["foo=1", "foo=2"], &["foo=1", "foo=2"]),
            ],
        ),
        case("tracestate_all_allowed_characters", all.iter().map(|entry| with_state(&[entry], &[entry]))),
        case(
            "tracestate_ows_handling",
            [
                with_state(&["foo=1 \t , \t bar=2, \t baz=3"], &["foo=1", "bar=2", "baz=3"]),
                with_state(&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], &["foo=1", "bar=2", "baz=3"]),
                with_state(&[" foo=1"], &["foo=1"]),
                with_state(&["\tfoo=1"], &["foo=1"]),
                with_state(&["foo=1 "], &["foo=1"]),
                with_state(&["foo=1\t"], &["foo=1"]),
                with_state(&["\t foo=1 \t"], &["foo=1"]),
            ],
        ),
        case(
            "tracestate_key_illegal_characters",
            ["foo =1", "FOO=1", "foo.bar=1"].map(|entry| with_state(&[entry], &[])),
        ),
        case(
            "tracestate_key_illegal_vendor_format",
            [
                with_state(&["foo@=1,bar=2"], &["foo@=1", "bar=2"]),
                with_state(&["foo@@bar=1,bar=2"], &["foo@@bar=1", "bar=2"]),
                with_state(&["foo@bar@baz=1,bar=2"], &["foo@bar@baz=1", "bar=2"]),
                with_state(&["@foo=1,bar=2"], &[]),
            ],
        ),
        case(
            "tracestate_member_count_limit",
            [
                // Ours is the first of 32, so the last of theirs goes.
                with_state(&texts(&in_four_headers(31..32)), &texts(&thirty_two[..31])),
                with_state(&texts(&in_four_headers(31..33)), &[]),
            ],
        ),
        case(
            "tracestate_key_length_limit",
            [
                with_state(&["foo=1", &of_length("z", 256)], &["foo=1", &of_length("z", 256)]),
                with_state(&["foo=1", &vendor(241, 14)], &["foo=1", &vendor(241, 14)]),
                with_state(&["foo=1", &vendor(242, 1)], &["foo=1", &vendor(242, 1)]),
                with_state(&["foo=1", &vendor(1, 15)], &["foo=1", &vendor(1, 15)]),
                with_state(&["foo=1", &of_length("z", 257)], &[]),
            ],
        ),
        case(
            "tracestate_value_illegal_characters",
            [with_state(&["foo=bar=baz"], &[]), with_state(&["foo=,bar=3"], &[])],
        ),
    ]
}

/// The entries of a sent tracestate but ours, which comes first.
fn entries(headers: &HeaderMap) -> Vec<String> {
    let values: Vec<_> = headers.get_all("tracestate").iter().map(|value| value.to_str().unwrap()).collect();
    let [value] = values[..] else { unreachable!("one tracestate, not {values:?}") };
    let (ours, others) = value.split_once(',').unwrap_or((value, ""));
    assert!(ours.starts_with("ah="), "{value}");
    others.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn only_traceparent(headers: &HeaderMap) -> TraceContext {
    assert_eq!(headers.get_all("traceparent").iter().count(), 1);
    TraceContext::from_headers(headers).unwrap()
}

#[tokio::test]
async fn every_case_of_the_official_suite_passes() {
    let services = Services::start().await;
    let cases: Vec<_> = cases_of_traceparent().into_iter().chain(cases_of_tracestate()).collect();
    assert_eq!(cases.len() + 3, 41, "three more cases are tests of their own");
    for Case { name, requests } in cases {
        for (number, Sent { headers, trace, tracestate }) in requests.into_iter().enumerate() {
            let [answer] = &services.ask(&headers, 1).await[..] else { unreachable!("one call for one request") };
            let context = only_traceparent(answer);
            let given = headers.iter().any(|(_, value)| value.contains(&context.trace_id().to_string()));
            assert_eq!(given, matches!(trace, Trace::Same), "{name}, request {number}: {answer:?}");
            assert!(!headers.iter().any(|(_, value)| value.contains(&context.span_id().to_string())), "{name}");
            if let Some(expected) = tracestate {
                assert_eq!(entries(answer), expected, "{name}, request {number}");
            }
        }
    }
}

#[tokio::test]
async fn the_random_flag_is_propagated_as_it_came() {
    let services = Services::start().await;
    for flags in ["00", "01", "02", "03"] {
        let traceparent = TRACEPARENT.replacen("-01", &format!("-{flags}"), 1);
        let answers = services.ask(&[("traceparent", traceparent)], 1).await;
        assert_eq!(format!("{:02x}", only_traceparent(&answers[0]).flags()), flags);
    }
}

async fn three_calls(headers: &[(&'static str, String)]) -> Vec<TraceContext> {
    let answers = Services::start().await.ask(headers, 3).await;
    let contexts: Vec<_> = answers.iter().map(only_traceparent).collect();
    let ids: std::collections::HashSet<_> = contexts.iter().map(TraceContext::span_id).collect();
    assert_eq!((contexts.len(), ids.len()), (3, 3), "three calls with a parent id each");
    contexts
}

#[tokio::test]
async fn multiple_requests_with_valid_traceparent() {
    let contexts = three_calls(&[("traceparent", TRACEPARENT.to_owned())]).await;
    assert!(contexts.iter().all(|context| context.trace_id().to_string() == TRACE_ID));
}

#[tokio::test]
async fn multiple_requests_without_traceparent() {
    let contexts = three_calls(&[]).await;
    assert!(contexts.iter().all(|context| context.trace_id() == contexts[0].trace_id()), "one request, one trace");
}

#[tokio::test]
async fn multiple_requests_with_illegal_traceparent() {
    let illegal = TRACEPARENT.replace(TRACE_ID, &"0".repeat(32));
    three_calls(&[("traceparent", illegal)]).await;
}

//! What of `tracestate` headers is passed on.
//!
//! The rules for single entries have their tests beside the parser.

use async_hooks_http::{inject, inject_third_party, remote_trigger};

use crate::{TRACEPARENT, headers, received};

fn parsed(tracestate: &[&str]) -> String {
    let mut fields = vec![("traceparent", TRACEPARENT)];
    fields.extend(tracestate.iter().map(|value| ("tracestate", *value)));
    received(&fields).unwrap().tracestate().to_owned()
}

#[test]
fn several_headers_are_one_list_in_their_order() {
    assert_eq!(parsed(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"]), "foo=1,bar=2,rojo=1,congo=2,baz=3");
}

#[test]
fn an_empty_header_is_allowed() {
    assert_eq!(parsed(&[""]), "");
    assert_eq!(parsed(&["foo=1", ""]), "foo=1");
    assert_eq!(parsed(&["", "foo=1"]), "foo=1");
}

#[test]
fn entries_of_others_are_kept_byte_for_byte() {
    let value: String = (0x20..=0x7e_u8).map(char::from).filter(|c| !",=".contains(*c)).collect();
    let keys = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let all = format!("{keys}={value},{keys}@{keys}={value}");
    assert_eq!(parsed(&[&all]), all);
    assert_eq!(parsed(&["foo=1,foo=1", "foo=2"]), "foo=1,foo=1,foo=2");
}

#[test]
fn a_wrong_entry_drops_the_list_and_not_the_trace() {
    assert_eq!(parsed(&["foo@=1,bar=2"]), "foo@=1,bar=2");
    for wrong in ["@foo=1,bar=2", "foo =1", "FOO=1", "foo.bar=1", "foo=bar=baz", "foo=,bar=3"] {
        assert_eq!(parsed(&["good=1", wrong]), "", "{wrong}");
    }
}

#[test]
fn without_a_valid_traceparent_there_is_no_tracestate() {
    assert_eq!(received(&[("tracestate", "foo=1")]), None);
    assert_eq!(received(&[("traceparent", "00-0-0-0"), ("tracestate", "foo=1")]), None);
}

#[test]
fn our_entry_is_replaced_on_the_way_and_comes_first() {
    let tracestate = "foo=1,ah=8f3c0d9a1b2e4f60-2a,bar=2";
    let context = received(&[("traceparent", TRACEPARENT), ("tracestate", tracestate)]).unwrap();
    assert_eq!(context.tracestate(), "foo=1,bar=2");
    assert_eq!(context.run(remote_trigger).unwrap().async_id().as_u64(), 0x2a);

    let mut sent = headers(&[("tracestate", "old=1"), ("tracestate", "older=1")]);
    context.run(|| inject(&mut sent));
    let sent: Vec<_> = sent.get_all("tracestate").iter().map(|value| value.to_str().unwrap()).collect();
    let [only] = sent[..] else { unreachable!("{sent:?}") };
    assert!(only.starts_with("ah=") && only.ends_with("-1,foo=1,bar=2"), "{only}");
    assert!(only.len() < 128);
}

#[test]
fn a_third_party_gets_the_entries_of_others_and_not_ours() {
    let context = received(&[("traceparent", TRACEPARENT), ("tracestate", "ah=8f3c0d9a1b2e4f60-2a,foo=1")]).unwrap();
    let mut sent = headers(&[]);
    context.run(|| inject_third_party(&mut sent));
    assert_eq!(sent["tracestate"], "foo=1");
}

#[test]
fn an_entry_of_ours_in_another_shape_is_no_remote_trigger() {
    for wrong in ["ah=1", "ah=8f3c0d9a1b2e4f60-0", "ah=8f3c0d9a1b2e4f60-2a-1", "ah@vendor=8f3c0d9a1b2e4f60-2a", "foo=1"]
    {
        let context = received(&[("traceparent", TRACEPARENT), ("tracestate", wrong)]).unwrap();
        assert_eq!(context.run(remote_trigger), None, "{wrong}");
    }
}

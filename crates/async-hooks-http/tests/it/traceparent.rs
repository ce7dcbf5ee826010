//! What of a `traceparent` header is taken.

use async_hooks_http::{SpanId, TraceContext, TraceId};

use crate::{TRACE_ID, TRACEPARENT, headers, received};

fn parsed(traceparent: &str) -> Option<String> {
    received(&[("traceparent", traceparent)]).map(|context| context.to_string())
}

#[test]
fn a_valid_header_is_taken_as_it_is() {
    let context = received(&[("traceparent", TRACEPARENT)]).unwrap();
    assert_eq!(context.to_string(), TRACEPARENT);
    assert_eq!(context.trace_id(), TRACE_ID.parse().unwrap());
    assert_eq!(context.span_id(), "00f067aa0ba902b7".parse().unwrap());
    assert!(context.is_sampled());
    assert_eq!((context.tracestate(), context.link()), ("", None));
}

#[test]
fn only_the_defined_flags_are_kept() {
    for (received, kept) in [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("fc", "00"), ("ff", "03")] {
        let sent = format!("00-{TRACE_ID}-00f067aa0ba902b7-{received}");
        assert_eq!(parsed(&sent), Some(format!("00-{TRACE_ID}-00f067aa0ba902b7-{kept}")));
    }
}

#[test]
fn a_higher_version_is_read_up_to_its_flags_and_sent_as_version_00() {
    let of_version_00 = Some(TRACEPARENT.to_owned());
    for version in ["01", "cc", "fe"] {
        let higher = TRACEPARENT.replacen("00", version, 1);
        assert_eq!(parsed(&higher), of_version_00, "{higher}");
        assert_eq!(parsed(&format!("{higher}-what-the-future-will-be-like")), of_version_00);
        assert_eq!(parsed(&format!("{higher}-")), of_version_00);
        assert_eq!(parsed(&format!("{higher}.what-the-future-will-be-like")), None);
        assert_eq!(parsed(&higher[..54]), None);
    }
}

#[test]
fn blanks_and_tabs_around_it_do_not_matter() {
    for (before, after) in [(" ", ""), ("\t", ""), ("", " "), ("", "\t"), ("\t \t", " \t ")] {
        assert_eq!(parsed(&format!("{before}{TRACEPARENT}{after}")).as_deref(), Some(TRACEPARENT));
    }
}

#[test]
fn any_other_header_is_ignored() {
    let no_trace = "00000000000000000000000000000000";
    for wrong in [
        String::new(),
        TRACEPARENT.to_uppercase(),
        TRACEPARENT.replace("4bf9", "4BF9"),
        TRACEPARENT.replace(TRACE_ID, no_trace),
        TRACEPARENT.replace("00f067aa0ba902b7", "0000000000000000"),
        TRACEPARENT.replacen("00", "ff", 1),
        TRACEPARENT.replacen("00", "0", 1),
        TRACEPARENT.replacen("00", "000", 1),
        TRACEPARENT.replacen("00", ".0", 1),
        TRACEPARENT.replacen("00", "+0", 1),
        TRACEPARENT.replace("4bf9", "+bf9"),
        TRACEPARENT.replace("4736", "473."),
        TRACEPARENT.replace("4736", "473"),
        TRACEPARENT.replace("4736", "47366"),
        TRACEPARENT.replace("02b7", "02b"),
        TRACEPARENT.replace("02b7", "02b77"),
        TRACEPARENT.replace("-01", "-1"),
        TRACEPARENT.replace("-01", "-001"),
        TRACEPARENT.replace("-01", "-0."),
        TRACEPARENT.replace('-', "_"),
        format!("{TRACEPARENT}-"),
        format!("{TRACEPARENT}."),
        format!("{TRACEPARENT},{TRACEPARENT}"),
    ] {
        assert_eq!(parsed(&wrong), None, "{wrong}");
    }
}

#[test]
fn of_two_headers_none_is_taken() {
    assert_eq!(received(&[("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)]), None);
}

#[test]
fn parsing_allocates_nothing() {
    let headers = headers(&[("traceparent", TRACEPARENT)]);
    let counted = allocation_counter::measure(|| assert!(TraceContext::from_headers(&headers).is_some()));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_new_trace_is_sampled_and_says_that_its_id_is_random() {
    let context = TraceContext::start();
    assert_eq!((context.flags(), context.is_sampled(), context.tracestate()), (0x03, true, ""));
    assert_eq!(parsed(&context.to_string()), Some(context.to_string()));
}

#[test]
fn a_child_has_the_trace_the_flags_and_the_tracestate_of_its_parent() {
    let parent = received(&[("traceparent", TRACEPARENT), ("tracestate", "a=1")]).unwrap();
    let child = parent.child();
    assert_eq!((child.trace_id(), child.flags(), child.tracestate()), (parent.trace_id(), 0x01, "a=1"));
    assert_ne!(child.span_id(), parent.span_id());
}

#[test]
fn ids_are_parsed_from_what_they_print_and_from_nothing_else() {
    let id: TraceId = TRACE_ID.parse().unwrap();
    assert_eq!(id.to_string(), TRACE_ID);
    assert_eq!(format!("{id:?}"), format!("TraceId({TRACE_ID})"));
    assert_eq!(TraceId::from_bytes(id.to_bytes()), Some(id));
    for wrong in ["", "4bf9", &"0".repeat(32), &TRACE_ID.to_uppercase(), &format!("{TRACE_ID}0"), &"g".repeat(32)] {
        assert_eq!(wrong.parse::<TraceId>().unwrap_err().text(), wrong);
    }
    let id: SpanId = "00f067aa0ba902b7".parse().unwrap();
    assert_eq!(id.to_string(), "00f067aa0ba902b7");
    assert!("0000000000000000".parse::<SpanId>().is_err());
}

//! Hooks that log and make spans themselves.
//!
//! The subscriber is the global one: under a scoped one `tracing` drops whatever is logged while a span is being made.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncId, create_hook};
use async_hooks_tracing::{SpanExt as _, layer, with_async_ids};
use tracing::{info, info_span};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use log::Log;

mod log;

#[test]
fn hooks_may_log_and_make_spans_without_being_observed() {
    let log = Log::default();
    let format = with_async_ids(fmt::format().without_time().with_target(false).with_level(false));
    let lines = fmt::layer().event_format(format).with_ansi(false).with_writer(log.clone());
    tracing_subscriber::registry().with(layer()).with(lines).init();

    let calls = Arc::new(AtomicUsize::new(0));
    let made_in_hooks = Arc::new(Mutex::new(Vec::<AsyncId>::new()));
    let (counted, made) = (Arc::clone(&calls), Arc::clone(&made_in_hooks));
    let trace = move |event: &'static str, kind: &'static str| {
        counted.fetch_add(1, Ordering::Relaxed);
        info!("{event} of {kind}");
        let span = info_span!("made in a hook");
        made.lock().unwrap().push(span.async_id().unwrap());
        span.in_scope(|| info!("inside a hook's span"));
    };
    let (init, before, after, destroy) = (trace.clone(), trace.clone(), trace.clone(), trace);
    let enabled = create_hook()
        .init(move |resource| init("init", resource.kind()))
        .before(move |resource| before("before", resource.kind()))
        .after(move |resource| after("after", resource.kind()))
        .destroy(move |resource| destroy("destroy", resource.kind()))
        .build()
        .enable_scoped();

    let span = info_span!("request");
    let id = span.async_id().unwrap();
    span.in_scope(|| {});
    drop(span);
    drop(enabled);

    assert_eq!(calls.load(Ordering::Relaxed), 4, "of the one span that the program made");
    assert_eq!(made_in_hooks.lock().unwrap().len(), 4);
    let own_lines: Vec<String> = log.lines().into_iter().filter(|line| line.contains(" of ")).collect();
    let expected = [
        "init of request async_id=1 trigger_async_id=0".to_owned(),
        format!("request: before of request async_id={id} trigger_async_id=1"),
        format!("after of request async_id={id} trigger_async_id=1"),
        "destroy of request async_id=1 trigger_async_id=0".to_owned(),
    ];
    assert_eq!(own_lines, expected);
    for (made, line) in
        made_in_hooks.lock().unwrap().iter().zip(log.lines().iter().filter(|line| line.contains("inside")))
    {
        assert!(line.contains(&format!("made in a hook: inside a hook's span async_id={made} ")), "{line}");
    }
}

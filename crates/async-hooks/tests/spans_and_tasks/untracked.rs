//! `enter_with` inside a span that is entered in a task which nobody tracks.

use async_hooks::prelude::*;
use tokio::task::yield_now;
use tracing::{Instrument as _, info_span};

use crate::child::{Ended, in_child};
use crate::{CLEAN, Mode, TENANT, USER, install_layer, on_each_runtime, standing, tenant, user};

/// Runs the test in a process of its own on each runtime that tracks no plain task.
fn on_each_plain_runtime(name: &str, test: impl AsyncFn()) -> Option<Ended> {
    let ended = in_child(name, || {
        install_layer();
        on_each_runtime(async |mode| {
            if mode == Mode::Plain {
                test().await;
                assert_eq!(tokio::spawn(async { standing() }).await.unwrap(), CLEAN);
            }
        });
    })?;
    assert!(ended.succeeded, "{}{}", ended.stdout, ended.stderr);
    Some(ended)
}

#[track_caller]
fn assert_reported(ended: &Ended, lines: &[u32]) {
    let reports = ended.reports();
    assert_eq!(reports.len(), lines.len(), "{reports:?}");
    for line in lines {
        let place = format!("async-hooks: {}:{line}:", file!());
        assert!(reports.iter().any(|report| report.starts_with(&place)), "{place} in {reports:?}");
    }
}

#[test]
fn what_is_set_to_stay_inside_a_span_that_brings_nothing_changes_nothing() {
    let name = "untracked::what_is_set_to_stay_inside_a_span_that_brings_nothing_changes_nothing";
    let line = line!() + 4;
    let ended = on_each_plain_runtime(name, async || {
        let set = async {
            assert_ne!(standing().0, AsyncId::ROOT, "inside the span");
            USER.enter_with("alice");
            info_span!("inner").in_scope(|| TENANT.enter_with("acme"));
            let first = (user(), tenant());
            yield_now().await;
            (first, (user(), tenant()))
        };
        let task = tokio::spawn(async {
            let inside = set.instrument(info_span!("outer")).await;
            (inside, (user(), tenant()))
        });
        assert_eq!(task.await.unwrap(), (((None, None), (None, None)), (None, None)));
    });
    if let Some(ended) = ended {
        assert_reported(&ended, &[line, line + 1]);
    }
}

#[test]
fn what_is_set_to_stay_inside_a_span_that_brings_values_goes_with_them() {
    let name = "untracked::what_is_set_to_stay_inside_a_span_that_brings_values_goes_with_them";
    let ended = on_each_plain_runtime(name, async || {
        let span = USER.run("alice", || info_span!("request"));
        let set = async {
            assert_eq!((user(), tenant()), (Some("alice"), None));
            TENANT.enter_with("acme");
            assert_eq!((user(), tenant()), (Some("alice"), Some("acme")));
            yield_now().await;
            (user(), tenant())
        };
        let next_poll = tokio::spawn(set.instrument(span)).await.unwrap();
        assert_eq!(next_poll, (Some("alice"), None));
    });
    if let Some(ended) = ended {
        assert_reported(&ended, &[]);
    }
}

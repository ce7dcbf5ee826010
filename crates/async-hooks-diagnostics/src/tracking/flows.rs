//! Threads, and code that is made in one place and runs in another.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use async_hooks_core::{FutureExt as _, bind};

use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_row::{Finding, TrackingRow};

pub(crate) fn rows(origin: &ProbeSource) -> Vec<TrackingRow> {
    let probe = origin.probe();
    let thread = origin.make(|| thread::spawn(move || probe.look())).join().ok();
    let tracked_thread = origin.make(|| async_hooks_core::thread::spawn(move || probe.look())).join().ok();
    let future = poll_once(origin.make(|| async move { probe.look() }));
    let tracked_future =
        poll_once(origin.make(|| async move { probe.look() }.in_async_resource("tracking report's future")));
    let call = origin.make(|| move || probe.look())();
    let bound_call = origin.make(|| bind(move |()| probe.look()))(());
    vec![
        TrackingRow::new("std::thread::spawn", thread).or_write("write `async_hooks::thread::spawn(…)`"),
        TrackingRow::new("async_hooks::thread::spawn", tracked_thread),
        TrackingRow::new("future polled elsewhere", future).or_write(
            "write `future.in_async_resource(\"kind\")`, or `future.in_current_snapshot()` for the values alone",
        ),
        TrackingRow::new("future.in_async_resource(…)", tracked_future),
        TrackingRow::new("callback called elsewhere", Some(call)).or_write("write `async_hooks::bind(callback)`"),
        TrackingRow::new("async_hooks::bind(…)", Some(bound_call)),
    ]
}

/// Polls a probe outside of the scope that made it.
fn poll_once(future: impl Future<Output = Finding>) -> Option<Finding> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => Some(found),
        Poll::Pending => None,
    }
}

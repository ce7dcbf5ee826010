//! The names and the types of all fields of every report as JSON.

mod turns;
mod worker;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _};
use async_hooks_diagnostics::{
    BlockedPoll, BlockedPolls, Cancellation, Cancellations, ContextWatch, Dumps, LeakDetector, Registry,
    RequiredExt as _, tracking_report_of,
};
use serde::Serialize;
use serde_json::Value;
use turns::turn;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
static PATH: AsyncLocal<&str> = AsyncLocal::new();

/// The types in place of the values, with names in alphabetical order.
///
/// As in `{count: number, leaks: [{…}]}`.
fn shape(report: &impl Serialize) -> String {
    serde_json::to_value(report).map_or_else(|error| error.to_string(), |value| shape_of(&value))
}

fn shape_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(elements) => format!("[{}]", elements.first().map_or_else(String::new, shape_of)),
        Value::Object(fields) => {
            let sorted = fields.iter().collect::<BTreeMap<_, _>>();
            let fields = sorted.into_iter().map(|(name, value)| format!("{name}: {}", shape_of(value)));
            format!("{{{}}}", Vec::from_iter(fields).join(", "))
        }
    }
}

const LOCATION: &str = "{column: number, file: string, line: number}";

fn resource() -> String {
    format!("{{async_id: number, kind: string, location: {LOCATION}, trigger_async_id: number}}")
}

fn only<T>(mut all: Vec<T>) -> T {
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn a_tree_and_a_dump_have_these_fields() {
    let _turn = turn();
    let registry = Registry::new().label_with(|| PATH.get());
    registry.enable();
    let request = PATH.run("/orders", || AsyncResource::new("request"));
    request.run_in_async_scope(|| ());
    let live = format!(
        "{{age_seconds: number, async_id: number, busy_seconds: number, is_executing: bool, is_orphan: bool, \
         kind: string, label: string, last_polled_seconds_ago: number, location: {LOCATION}, polls: number, \
         trigger_async_id: number}}"
    );
    assert_eq!(shape(&only(registry.live())), live);
    let tree = format!("{{count: number, kinds: [{{count: number, kind: string}}], resources: [{live}]}}");
    assert_eq!(shape(&registry.tree()), tree);
    let dump = Dumps::of(&registry).now();
    assert_eq!(shape(&dump), format!("{{executing: number, reason: string, tree: {tree}}}"));
}

#[test]
fn leaks_and_growth_have_these_fields() {
    let _turn = turn();
    let builder = LeakDetector::builder().older_than(Duration::ZERO).ignore_kind("request").backtraces();
    let detector = builder.label_with(|| PATH.get()).build();
    detector.enable();
    let before = detector.snapshot();
    let request = AsyncResource::new("request");
    let _leak = request.run_in_async_scope(|| PATH.run("/orders", || AsyncResource::new("leak")));
    let chain = format!("triggers: [{}]", resource());
    let leak = format!(
        "{{backtrace: string, count: number, examples: [number], is_cut: bool, is_orphaned: bool, kind: string, \
         labels: {{/orders: number}}, location: {LOCATION}, oldest_seconds: number, other_labels: number, {chain}}}"
    );
    let report = detector.report();
    assert_eq!(shape(&report), format!("{{count: number, leaks: [{leak}], unseen_tasks: number}}"));
    let growth = format!(
        "{{before: number, is_cut: bool, is_orphaned: bool, kind: string, location: {LOCATION}, now: number, {chain}}}"
    );
    assert_eq!(shape(&detector.since(&before)), format!("{{groups: [{growth}]}}"));
}

#[test]
fn a_blocked_poll_has_these_fields() {
    let _turn = turn();
    let (sender, reports) = mpsc::channel();
    let on_blocked = move |poll: &BlockedPoll| sender.send(poll.clone()).unwrap_or_default();
    let builder = BlockedPolls::builder().longer_than(Duration::ZERO).on_blocked(on_blocked);
    let _enabled = builder.label_with(|| PATH.get()).build().enable_scoped();
    let request = AsyncResource::new("request");
    let call = request.run_in_async_scope(|| PATH.run("/orders", || AsyncResource::new("call")));
    worker::call(&call, || ());
    let poll = reports.iter().find(|poll| !poll.is_running() && poll.async_id() == call.async_id()).unwrap();
    let expected = format!(
        "{{async_id: number, duration_seconds: number, is_cut: bool, is_orphaned: bool, is_running: bool, \
         kind: string, label: string, location: {LOCATION}, thread: string, trigger_async_id: number, \
         triggers: [{}]}}",
        resource()
    );
    assert_eq!(shape(&poll), expected);
}

#[test]
fn a_missing_context_and_a_loss_report_have_these_fields() {
    let _turn = turn();
    let watch = ContextWatch::of(&USER).label_with(|| PATH.get()).build();
    let _enabled = watch.enable_scoped();
    let request = USER.run("alice", || AsyncResource::new("request"));
    let job = request.run_in_async_scope(|| USER.exit(|| PATH.run("/orders", || AsyncResource::new("job"))));
    let missing = job.run_in_async_scope(|| USER.required()).unwrap_err();
    let resource = resource();
    let step = format!(
        "{{async_id: number, at_creation: string, at_start: string, kind: string, location: {LOCATION}, \
         trigger_async_id: number}}"
    );
    let expected = format!(
        "{{created: {resource}, creator: {resource}, end: string, here_and_creators: [{step}], label: string, \
         local: string, lost: string, read_at: {LOCATION}, thread: string}}"
    );
    assert_eq!(shape(&missing), expected);
    let losses = watch.losses();
    let loss = format!(
        "{{count: number, creator: {resource}, example: number, kind: string, labels: {{/orders: number}}, \
         location: {LOCATION}, other_labels: number, way: string}}"
    );
    assert_eq!(shape(&losses), format!("{{count: number, local: string, losses: [{loss}], started: number}}"));
    let json = serde_json::to_value(&missing).unwrap();
    assert_eq!((&json["lost"], &json["end"]), (&"ended_before_spawn".into(), &"root".into()));
    assert_eq!(serde_json::to_value(&losses).unwrap()["losses"][0]["way"], "ended_before_spawn");
}

#[test]
fn cancellations_have_these_fields() {
    let _turn = turn();
    let (sender, reports) = mpsc::channel();
    let on_cancel = move |lost: &Cancellation| sender.send(lost.clone()).unwrap_or_default();
    let builder = Cancellations::builder().assume_futures("query").on_cancel(on_cancel);
    let cancellations = builder.label_with(|| PATH.get()).build();
    let _enabled = cancellations.enable_scoped();
    let request = AsyncResource::new("request");
    request.run_in_async_scope(|| PATH.run("/orders", || drop(async {}.in_async_resource("query"))));
    let (resource, chain) = (resource(), format!("triggers: [{}]", resource()));
    let cancellation = format!(
        "{{age_seconds: number, async_id: number, by: {resource}, ending: string, is_cut: bool, is_orphaned: bool, \
         kind: string, label: string, location: {LOCATION}, trigger_async_id: number, {chain}}}"
    );
    assert_eq!(shape(&reports.recv().unwrap()), cancellation);
    let group = format!(
        "{{age_seconds: number, by: {resource}, count: number, ending: string, example: number, is_cut: bool, \
         is_orphaned: bool, kind: string, labels: {{/orders: number}}, location: {LOCATION}, other_labels: number, \
         {chain}}}"
    );
    drop(request);
    let report = cancellations.report();
    assert_eq!(
        shape(&report),
        format!("{{count: number, groups: [{group}], uncounted: number, unjudged: {{request: number}}}}")
    );
    assert_eq!(serde_json::to_value(&report).unwrap()["groups"][0]["ending"], "dropped");
}

#[test]
fn a_tracking_report_has_these_fields() {
    let _turn = turn();
    let report = futures::executor::block_on(tracking_report_of("my_app"));
    assert_eq!(
        shape(&report),
        "{rows: [{carries_values: null, is_tracked: null, remark: string, remedy: null, what: string}], \
                                runtime: string, target: string}"
    );
    let json = serde_json::to_value(&report).unwrap();
    let thread = json["rows"].as_array().unwrap().iter().find(|row| row["what"] == "std::thread::spawn").unwrap();
    assert_eq!((&thread["is_tracked"], &thread["carries_values"]), (&false.into(), &false.into()));
    assert!(thread["remedy"].is_string());
}

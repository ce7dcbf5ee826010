//! Recordings hold what happened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use async_hooks_core::runtime::set_attributes;
use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, AttributeValue, set_attribute};
use async_hooks_recorder::{FlightRecorder, Timestamp};

fn enabled() -> FlightRecorder {
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    recorder
}

#[test]
fn a_life_has_its_start_its_polls_and_its_end_in_order() {
    let recorder = enabled();
    let before = Timestamp::now();
    let query = AsyncResource::new("query");
    let id = query.async_id();
    query.run_in_async_scope(|| ());
    query.run_in_async_scope(|| ());
    drop(query);
    let after = Timestamp::now();

    let recording = recorder.recording();
    let life = recording.lifetime(id).unwrap();
    let polls = life.polls();
    let times = [before, life.start().unwrap(), polls[0].start(), polls[0].end(), polls[1].start(), polls[1].end()];
    assert!(times.is_sorted() && polls[1].end() <= life.end().unwrap() && life.end().unwrap() <= after, "{life:?}");
    assert_eq!((life.kind(), life.file(), life.line()), ("query", file!(), line!() - 12));
    assert_eq!((life.trigger_async_id(), life.is_resolved(), life.panicked()), (Some(AsyncId::ROOT), false, false));
    assert_eq!(polls.iter().map(|poll| poll.thread()).collect::<Vec<_>>(), [thread::current().name().unwrap(); 2]);
}

#[test]
fn a_resource_from_before_the_recorder_has_no_start_and_is_known_from_its_next_poll() {
    let (old, unused) = (AsyncResource::new("old"), AsyncResource::new("unused"));
    let recorder = enabled();
    old.run_in_async_scope(|| ());
    let recording = recorder.recording();
    let life = recording.lifetime(old.async_id()).unwrap();
    assert_eq!((life.kind(), life.start(), life.end(), life.polls().len()), ("old", None, None, 1));
    assert!(recording.lifetime(unused.async_id()).is_none());

    let (old, unused) = ({ old }.async_id(), { unused }.async_id());
    let recording = recorder.recording();
    assert!([old, unused].iter().all(|id| recording.lifetime(*id).unwrap().end().is_some()));
    assert_eq!(recording.lifetime(unused).unwrap().kind(), "unused");
}

#[test]
fn a_panic_belongs_to_the_poll_that_it_ended() {
    let recorder = enabled();
    let (outer, cleanup) = (AsyncResource::new("outer"), AsyncResource::new("cleanup"));
    struct OnDrop<'a>(&'a AsyncResource);
    impl Drop for OnDrop<'_> {
        fn drop(&mut self) {
            self.0.run_in_async_scope(|| ());
        }
    }
    let panics = || {
        let _cleanup = OnDrop(&cleanup);
        std::panic::resume_unwind(Box::new("on purpose"))
    };
    let result: Result<(), _> = catch_unwind(AssertUnwindSafe(|| outer.run_in_async_scope(panics)));
    assert!(result.is_err());
    let recording = recorder.recording();
    let panicked = |resource: &AsyncResource| recording.lifetime(resource.async_id()).unwrap().panicked();
    assert_eq!((panicked(&outer), panicked(&cleanup)), (true, false));
}

#[test]
fn attributes_that_are_set_at_once_have_one_time_and_stay_in_order() {
    let recorder = enabled();
    let query = AsyncResource::new("query");
    query.run_in_async_scope(|| {
        set_attributes(&[("path", "/orders".into()), ("rows", 3_u32.into()), ("none", "".into())])
    });
    let recording = recorder.recording();
    let [path, rows, none] = recording.lifetime(query.async_id()).unwrap().attributes() else { panic!("not three") };
    assert_eq!([path, rows, none].map(|it| it.name()), ["path", "rows", "none"]);
    assert_eq!([path, rows, none].map(|it| it.at()), [path.at(); 3]);
    assert_eq!((path.value(), rows.value()), (AttributeValue::Str("/orders"), AttributeValue::U64(3)));
}

#[test]
fn labels_and_attributes_of_any_kind_and_length_are_kept_up_to_256_bytes() {
    static PATH: AsyncLocal<String> = AsyncLocal::new();
    let recorder = FlightRecorder::builder().label_with(|| PATH.get()).build();
    recorder.enable();
    let long = "ä".repeat(1000);
    let query = PATH.run(long.clone(), || AsyncResource::new("query"));
    query.run_in_async_scope(|| {
        set_attribute("str", "text");
        set_attribute("empty", "");
        set_attribute("u64", u64::MAX);
        set_attribute("i64", -1);
        set_attribute("f64", 0.5);
        set_attribute("bool", true);
        set_attribute("bytes", AttributeValue::Bytes(&[0, 1, 0]));
        set_attribute("long", &long);
    });
    for id in [query.async_id(), { query }.async_id()] {
        let recording = recorder.recording();
        let life = recording.lifetime(id).unwrap();
        let label = life.label().unwrap();
        assert!(label.starts_with("äää") && label.ends_with('…') && label.len() <= 256, "{label}");
        let values = Vec::from_iter(life.attributes().iter().map(|it| (it.name(), it.value())));
        use AttributeValue::{Bool, Bytes, F64, I64, Str, U64};
        let expected = [("str", Str("text")), ("empty", Str("")), ("u64", U64(u64::MAX)), ("i64", I64(-1))];
        assert_eq!(values[..4], expected);
        let cut = "ä".repeat(128);
        let expected = [("f64", F64(0.5)), ("bool", Bool(true)), ("bytes", Bytes(&[0, 1, 0])), ("long", Str(&cut))];
        assert_eq!(values[4..], expected);
    }
}

#[test]
fn ignored_kinds_leave_nothing() {
    let recorder = FlightRecorder::builder().ignore_kind("noise").ignore_kind("din").build();
    recorder.enable();
    let made = ["noise", "din", "signal"].map(AsyncResource::new);
    made.iter().for_each(|resource| resource.run_in_async_scope(|| ()));
    let ids = made.map(|resource| resource.async_id());
    let recording = recorder.recording();
    assert_eq!(ids.map(|id| recording.lifetime(id).is_some()), [false, false, true]);
}

#[test]
fn what_happens_while_it_is_disabled_is_not_recorded_and_enabling_begins_again() {
    let recorder = enabled();
    let first = AsyncResource::new("first");
    recorder.disable();
    let second = AsyncResource::new("second");
    let (first, second) = ({ first }.async_id(), second.async_id());
    let recording = recorder.recording();
    assert!(
        recording.lifetime(first).is_some_and(|life| life.end().is_none()),
        "it lived when the recorder was disabled"
    );
    assert!(recording.lifetime(second).is_none());
    assert_eq!(recorder.recording().interval(), recording.interval(), "which is when the recording ends");
    recorder.enable();
    assert!(recorder.recording().lifetime(first).is_none());
}

#[test]
fn two_recorders_record_the_same_events_each_for_itself() {
    let (first, second) = (enabled(), enabled());
    let query = AsyncResource::new("query");
    (0..100).for_each(|_| query.run_in_async_scope(|| ()));
    for recorder in [&first, &second] {
        assert_eq!(recorder.recording().lifetime(query.async_id()).unwrap().polls().len(), 100);
    }
}

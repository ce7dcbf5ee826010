//! Where a value got lost, as a required read and a watch tell it.

mod turns;

use std::ops::Deref;
use std::sync::Barrier;
use std::thread;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, Resource, Snapshot};
use async_hooks_diagnostics::{
    ContextLossReport, ContextWatch, ContextWatchBuilder, EnabledTool, LossPoint, MissingContext, Report as _,
    RequiredExt as _,
};
use turns::turn;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

/// A watch that is disabled when the test ends.
struct Enabled {
    watch: ContextWatch,
    _enabled: EnabledTool,
}

impl Deref for Enabled {
    type Target = ContextWatch;

    fn deref(&self) -> &ContextWatch {
        &self.watch
    }
}

fn enabled(builder: ContextWatchBuilder) -> Enabled {
    let watch = builder.build();
    Enabled { _enabled: watch.enable_scoped(), watch }
}

fn watch() -> Enabled {
    enabled(ContextWatch::of(&USER))
}

fn lost() -> MissingContext {
    let Err(lost) = USER.required() else { panic!("the value is there") };
    lost
}

/// The first resource that did not inherit the value.
fn not_inherited(lost: &MissingContext) -> Resource {
    let LossPoint::NotInherited { created, .. } = lost.lost() else { panic!("{lost}") };
    created
}

/// The creator whose value had ended, and what it created.
fn ended(point: LossPoint) -> (Resource, Resource) {
    let LossPoint::EndedBeforeSpawn { creator, created, .. } = point else { panic!("{point:?}") };
    (creator, created)
}

fn starts_without(job: &AsyncResource) {
    job.run_in_async_scope(|| assert_eq!(USER.get(), None));
}

#[test]
fn a_value_that_is_there_is_read() {
    let _turn = turn();
    let _watch = watch();
    let user = USER.run("alice", || AsyncResource::new("job").run_in_async_scope(|| USER.required()));
    assert_eq!(user.map(|user| *user).ok(), Some("alice"));
    static WITH_DEFAULT: AsyncLocal<u32> = AsyncLocal::with_default(|| 7);
    assert_eq!(WITH_DEFAULT.required().map(|seven| *seven).ok(), Some(7));
    assert!(WITH_DEFAULT.exit(|| WITH_DEFAULT.required()).is_err());
}

#[test]
fn a_read_outside_any_resource_says_so_and_names_the_thread() {
    let _turn = turn();
    let _watch = watch();
    let read = || (lost(), thread::current().name().map(str::to_owned));
    let plain = thread::Builder::new().name("plain".to_owned()).spawn(read).map(thread::JoinHandle::join);
    let Ok(Ok((lost, _))) = plain else { panic!("the thread answers") };
    assert_eq!((lost.lost(), lost.resource().async_id()), (LossPoint::OutsideResources, AsyncId::ROOT));
    let text = lost.to_string();
    assert!(
        text.contains("nothing carries a context to thread plain; spawn with `async_hooks::tokio::spawn`"),
        "{text}"
    );
    assert!(text.ends_with("\nin root 1"), "{text}");
}

#[test]
fn a_value_hidden_inside_the_resource_is_lost_here() {
    let _turn = turn();
    let _watch = watch();
    let empty = Snapshot::current();
    let job = USER.run("alice", || AsyncResource::new("job"));
    for lost in [job.run_in_async_scope(|| USER.exit(lost)), job.run_in_async_scope(|| empty.run(lost))] {
        assert_eq!((lost.lost(), lost.resource()), (LossPoint::WithinResource, job.resource()));
        assert!(lost.to_string().contains("it was here and is not any more"), "{lost}");
    }
    // Set inside it, for a time.
    let late = AsyncResource::new("late");
    let lost = late.run_in_async_scope(|| {
        USER.run("bob", || drop(AsyncResource::new("child")));
        lost()
    });
    assert_eq!(lost.lost(), LossPoint::WithinResource);
}

#[test]
fn a_value_that_did_not_come_along_is_lost_on_the_way_into_the_first_without_it() {
    let _turn = turn();
    let watch = watch();
    let request = USER.run("alice", || AsyncResource::new("request"));
    let job = request.run_in_async_scope(|| AsyncResource::new("job"));
    // What a hook sees of a barrier: there at the creation, not at the start.
    USER.disable();
    let step = job.run_in_async_scope(|| AsyncResource::new("step"));
    let lost = step.run_in_async_scope(lost);
    assert_eq!(not_inherited(&lost), job.resource());
    assert_eq!(Vec::from_iter(lost.creators()), [job.resource(), request.resource()]);

    let losses = watch.losses();
    let [loss] = losses.losses() else { panic!("one site: {losses}") };
    assert_eq!((loss.count(), loss.kind(), loss.location()), (1, "job", job.resource().location()));
    assert_eq!((loss.creator(), loss.lost()), (Some(request.resource()), lost.lost()));
}

#[test]
fn a_value_whose_scope_was_left_is_lost_before_the_creation_of_the_first_without_it() {
    let _turn = turn();
    let watch = watch();
    let request = USER.run("alice", || AsyncResource::new("request"));
    let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
    let step = job.run_in_async_scope(|| AsyncResource::new("step"));
    // Nobody who created it is left, and still they are named.
    let gone = request.resource();
    drop(request);
    let lost = step.run_in_async_scope(lost);
    assert_eq!((ended(lost.lost()), lost.resource()), ((gone, job.resource()), step.resource()));
    assert_eq!(Vec::from_iter(lost.creators()), [job.resource(), gone]);
    assert_eq!(watch.losses().count(), 1, "the step's creator had nothing to lose");
    assert_eq!(ended(watch.losses().losses()[0].lost()), (gone, job.resource()));
}

#[test]
fn what_nobody_ever_had_was_not_lost() {
    let _turn = turn();
    let watch = watch();
    let worker = AsyncResource::new("worker");
    let job = worker.run_in_async_scope(|| AsyncResource::new("job"));
    let lost = job.run_in_async_scope(lost);
    assert_eq!((lost.lost(), watch.losses().is_empty()), (LossPoint::NeverSet, true));
    assert!(lost.to_string().ends_with("└─ created by root 1"), "{lost}");
    let expected = "`user` was lost nowhere that is watched\n2 resources started while it was watched; \
                    a task or stream that nothing tracks is not judged\n";
    assert_eq!((watch.losses().to_string().as_str(), watch.losses().started()), (expected, 2));
}

#[test]
fn a_creator_that_had_it_for_a_time_loses_nothing_but_is_named_by_a_read() {
    let _turn = turn();
    let watch = watch();
    let accept = AsyncResource::new("accept loop");
    let logger = accept.run_in_async_scope(|| {
        USER.run("alice", || drop(AsyncResource::new("request")));
        AsyncResource::new("logger")
    });
    let lost = logger.run_in_async_scope(lost);
    assert_eq!(ended(lost.lost()), (accept.resource(), logger.resource()));
    assert!(watch.losses().is_empty(), "{}", watch.losses());
}

#[test]
fn without_a_watch_only_who_runs_here_is_known() {
    let _turn = turn();
    let job = AsyncResource::new("job");
    let lost = job.run_in_async_scope(lost);
    assert_eq!((lost.lost(), lost.resource(), lost.creators().count()), (LossPoint::NotWatched, job.resource(), 0));
    let _of_another = enabled(ContextWatch::of(&TENANT));
    let late = AsyncResource::new("late");
    assert_eq!(late.run_in_async_scope(self::lost).lost(), LossPoint::NotWatched);
    let _watch = watch();
    assert_eq!(job.run_in_async_scope(self::lost).lost(), LossPoint::NotWatched, "it came before the watch");
    // What it creates is seen, and it can be named though nothing of it is known.
    let child = job.run_in_async_scope(|| AsyncResource::new("child"));
    let lost = child.run_in_async_scope(self::lost);
    assert_eq!((lost.lost(), Vec::from_iter(lost.creators())), (LossPoint::NeverSet, vec![job.resource()]));
    assert!(lost.to_string().ends_with("└─ created by others, of which nothing is known"), "{lost}");
}

#[test]
fn an_explanation_names_the_read_and_each_creator_with_what_was_seen_there() {
    let _turn = turn();
    let _watch = watch();
    let request = USER.run("alice", || AsyncResource::new("request"));
    let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
    let (lost, line) = job.run_in_async_scope(|| (USER.required().err(), line!()));
    let Some(lost) = lost else { panic!("it is not there") };
    assert_eq!((lost.read_at().line(), lost.local()), (line, "user"));

    let name =
        |of: &AsyncResource| format!("{} {} at {}", of.resource().kind(), of.async_id(), of.resource().location());
    let (job, request) = (name(&job), name(&request));
    let read_at = lost.read_at();
    let expected = format!(
        "no value of `user`, required at {read_at}: {request} has had it, but not when it created {job}\n\
         in {job}, created without it\n   \
         └─ created by {request}, created with it\n      \
         └─ created by root 1"
    );
    assert_eq!(lost.to_string(), expected);
    assert!(lost.ansi(true).to_string().contains('\u{1b}'));
}

/// Requests, each with jobs, that lose their user on two lines.
fn lose(often: usize, rare: usize) -> Vec<AsyncResource> {
    let request = USER.run("alice", || AsyncResource::new("request"));
    let jobs = request.run_in_async_scope(|| {
        USER.exit(|| {
            let often = Vec::from_iter((0..often).map(|_| AsyncResource::new("often")));
            let rare = (0..rare).map(|_| AsyncResource::new("rare"));
            rare.chain(often).collect()
        })
    });
    let jobs: Vec<AsyncResource> = jobs;
    jobs.iter().for_each(starts_without);
    jobs.iter().for_each(starts_without);
    jobs
}

#[test]
fn losses_are_counted_once_a_resource_and_listed_by_line_the_most_frequent_first() {
    let _turn = turn();
    let watch = watch();
    drop([lose(3, 1), lose(2, 1)]);
    let losses = watch.losses();
    let found =
        |losses: &ContextLossReport| Vec::from_iter(losses.losses().iter().map(|loss| (loss.kind(), loss.count())));
    assert_eq!((found(&losses), losses.count()), (vec![("often", 5), ("rare", 2)], 7));
    let text = losses.to_string();
    assert!(text.starts_with("`user` was lost 7 times in 2 groups\n\n  5  often  "), "{text}");
    assert!(watch.disable().losses().is_empty());
}

#[test]
fn what_is_meant_to_start_without_is_not_counted() {
    let _turn = turn();
    let line = lose(1, 0)[0].resource().location();
    let by_kind = enabled(ContextWatch::of(&USER).ignore_kind("often"));
    let by_line = enabled(ContextWatch::of(&USER).ignore_location(&format!("context_watch.rs:{}:", line.line())));
    let barriers = enabled(ContextWatch::of(&USER).ignore_barriers());
    lose(2, 1);
    for watch in [by_kind, by_line] {
        assert_eq!((watch.losses().count(), watch.losses().losses()[0].kind()), (1, "rare"));
    }
    assert_eq!(barriers.losses().count(), 3);
    let job = USER.run("alice", || AsyncResource::new("job"));
    USER.disable();
    starts_without(&job);
    assert_eq!(barriers.losses().count(), 3);
}

#[test]
fn a_resource_that_first_runs_on_many_threads_at_once_is_counted_once() {
    let _turn = turn();
    let watch = watch();
    for round in 1..=50 {
        let job = USER.run("alice", || AsyncResource::new("job"));
        USER.disable();
        let all = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    all.wait();
                    starts_without(&job);
                });
            }
        });
        assert_eq!(watch.losses().count(), round);
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_creators_is_explained_by_its_near_end() {
    let _turn = turn();
    let _watch = watch();
    let mut job = USER.run("alice", || AsyncResource::new("job"));
    for _ in 0..100_000 {
        job = job.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
    }
    let lost = job.run_in_async_scope(lost);
    assert_eq!((lost.lost(), lost.creators().count()), (LossPoint::NeverSet, 15));
    assert!(lost.to_string().ends_with("└─ created by others, of which nothing is known"), "{lost}");
}

#[test]
fn a_watch_without_a_handle_goes_on_until_its_last_guard() {
    let _turn = turn();
    let enabled = ContextWatch::of(&USER).build().enable_scoped();
    let job = AsyncResource::new("job");
    assert_eq!(job.run_in_async_scope(lost).lost(), LossPoint::NeverSet);
    drop(enabled);
    assert_eq!(job.run_in_async_scope(lost).lost(), LossPoint::NotWatched);
}

#[test]
fn a_default_that_panics_costs_its_local_the_watch_and_nothing_else() {
    let _turn = turn();
    static PANICS: AsyncLocal<u32> = AsyncLocal::with_default(|| panic!("on purpose"));
    let panics = enabled(ContextWatch::of(&PANICS));
    let watch = watch();
    let request = USER.run("alice", || AsyncResource::new("request"));
    let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
    starts_without(&job);
    assert_eq!((watch.losses().count(), panics.losses().count()), (1, 0));
    assert!(panics.is_enabled());
    // Its watch still records who created whom.
    let unset = || PANICS.exit(|| PANICS.required().unwrap_err());
    assert_eq!(job.run_in_async_scope(unset).creators().next(), Some(request.resource()));
}

#[test]
fn labels_are_counted_in_each_group() {
    let _turn = turn();
    static PATH: AsyncLocal<&str> = AsyncLocal::new();
    let watch = enabled(ContextWatch::of(&USER).label_with(|| PATH.get()));
    PATH.run("/orders", || drop(lose(2, 0)));
    let losses = watch.losses();
    assert_eq!(Vec::from_iter(losses.losses()[0].labels()), [("/orders", 2)]);
    assert!(losses.to_string().contains("label /orders × 2\n"), "{losses}");
}

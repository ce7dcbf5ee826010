//! The tools of diagnostics and a recorder: toggled, and asked about what is known.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::Duration;

use async_hooks::diagnostics::{
    BlockedPolls, Cancellations, ContextWatch, Dumps, LeakDetector, Registry, RequiredExt as _, leak_test,
};
use async_hooks::recorder::{FlightRecorder, Recording};
use async_hooks::{AsyncResource, FutureExt as _};
use futures::FutureExt as _;

use crate::faults;
use crate::oracle::FORGOTTEN;
use crate::random::Random;
use crate::runtimes::one_thread;
use crate::tasks::{Task, work};
use crate::values::OWNER;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);
static LEAKS: LazyLock<LeakDetector> = LazyLock::new(|| LeakDetector::builder().build());
static CANCELLATIONS: LazyLock<Cancellations> = LazyLock::new(|| Cancellations::builder().build());
static CONTEXT: LazyLock<ContextWatch> = LazyLock::new(|| ContextWatch::of(&OWNER).build());
static BLOCKED: LazyLock<BlockedPolls> =
    LazyLock::new(|| BlockedPolls::builder().longer_than(Duration::from_secs(5)).on_blocked(|_| ()).build());

pub(crate) fn toggle(random: &mut Random) {
    match random.below(10) {
        0 => drop(REGISTRY.enable()),
        1 => drop(REGISTRY.disable()),
        2 => drop(LEAKS.enable()),
        3 => drop(LEAKS.disable()),
        4 => drop(CANCELLATIONS.enable()),
        5 => drop(CANCELLATIONS.disable()),
        6 => drop(CONTEXT.enable()),
        7 => drop(CONTEXT.disable()),
        8 => drop(BLOCKED.enable()),
        _ => drop(BLOCKED.disable()),
    }
}

/// Reports of living programs end, whatever else happens.
pub(crate) fn reports(_: &mut Random) {
    drop((REGISTRY.tree().to_string(), LEAKS.report().to_string(), CANCELLATIONS.report().to_string()));
    drop((CONTEXT.losses().to_string(), Dumps::of(&REGISTRY).now().to_string(), OWNER.required().is_err()));
}

/// What the tools say is alive when nothing is, without what is forgotten.
pub(crate) fn alive() -> Vec<String> {
    let live = REGISTRY.live().into_iter().map(|live| live.resource());
    let leaks = LEAKS.report().leaks().iter().map(|leak| leak.kind().to_owned()).collect::<Vec<_>>();
    let live = live.filter(|resource| resource.kind() != FORGOTTEN).map(|resource| format!("{resource:?}"));
    live.chain(leaks.into_iter().filter(|kind| kind != FORGOTTEN)).collect()
}

/// A test of tasks that all end passes.
pub(crate) fn clean_test(random: &mut Random) {
    let runtime = one_thread();
    let owner = Task::new_owner();
    let task = Task::of(owner, random);
    let patient = leak_test().settle_within(Duration::from_secs(60));
    let test = patient.run(async { OWNER.run(owner, || async_hooks::tokio::spawn(work(task))).await });
    let result = runtime.block_on(AssertUnwindSafe(test).catch_unwind());
    faults::check(result.is_ok(), || format!("a clean test fails: {}", text(result.err())));
}

/// A test that leaves one resource fails, and names it.
pub(crate) fn leaky_test(_: &mut Random) {
    let test = leak_test().settle_within(Duration::ZERO);
    let leaves = async { AsyncResource::new("left behind") };
    let result = catch_unwind(AssertUnwindSafe(|| one_thread().block_on(test.run(leaves))));
    let message = text(result.err());
    faults::check(message.contains("left behind"), || format!("a leaky test says {message:?}"));
}

fn text(panic: Option<Box<dyn std::any::Any + Send>>) -> String {
    panic.and_then(|panic| panic.downcast::<String>().ok()).map_or_else(String::new, |text| *text)
}

/// Each tool for one future: it reports exactly what that future did.
pub(crate) fn tools_within(random: &mut Random) {
    let (created, cancelled) = (random.below(4) as usize, random.below(4) as usize);
    let (registry, leaks) = (Registry::new(), LeakDetector::builder().older_than(Duration::ZERO).build());
    let cancellations = Cancellations::builder().assume_futures("doomed").build();
    let program = async {
        let created: Vec<_> = (0..created).map(|_| AsyncResource::new("alive")).collect();
        for _ in 0..cancelled {
            drop(pending::<()>().in_async_resource("doomed"));
        }
        (registry.len(), leaks.report().count(), cancellations.report().count(), created)
    };
    let within = registry.within(leaks.within(cancellations.within(program)));
    let (live, leaking, reported, kept) = one_thread().block_on(within);
    let seen = (live, leaking, reported);
    faults::check(seen == (created, created, cancelled), || {
        format!("the tools saw {seen:?} of {created} alive and {cancelled} cancelled")
    });
    drop(kept);
    faults::check(registry.is_empty(), || format!("a registry lists the dead: {}", registry.tree()));
}

/// A recording that is written is read again.
pub(crate) fn recording(random: &mut Random) {
    let recorder = FlightRecorder::builder().memory(64 * 1024).build();
    let enabled = recorder.enable_scoped();
    for _ in 0..random.below(50) {
        AsyncResource::new("recorded").run_in_async_scope(|| ());
    }
    let recording = recorder.recording();
    drop(enabled);
    let mut file = Vec::new();
    let read = recording.write(&mut file).map(|()| Recording::read(&file[..]));
    let count = |recording: &Recording| recording.lifetimes().count();
    match read {
        Ok(Ok(read)) => {
            faults::check(count(&read) == count(&recording), || {
                format!("{} lives of {}", count(&read), count(&recording))
            });
        }
        other => faults::add(format!("a recording is not read again: {:?}", other.err())),
    }
}

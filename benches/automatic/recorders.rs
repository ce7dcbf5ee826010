//! The cases where a runtime's events are recorded, by our recorder and by dial9's.
//!
//! Both record polls, and ours what caused each task. Wakes are recorded of the tasks that an own `spawn` has wrapped.

use std::env;
use std::process;
use std::sync::OnceLock;

use async_hooks::recorder::FlightRecorder;
use async_hooks::tokio::BuilderExt as _;
use async_hooks_benches::{
    Bare, Case, Question, Sample, Spawner, Tracked, built, current_thread_runtime, self_waking, spawn_and_join_on,
};
use dial9::{Dial9HandleTokioExt as _, DiskBuffer, Recorder, TokioAttachOptions};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

pub(crate) fn question() -> Question {
    Question::new("What does a flight recorder cost a program, beside dial9 on the same work?")
        .group("spawn and join, recorded")
        .case(Case::floor("tokio: spawn and join", |sample| {
            spawn_and_join_on(&current_thread_runtime(), sample, &Bare)
        }))
        .case(Case::new("FlightRecorder", |sample| recorded(|| spawn_and_join_on(&automatic(), sample, &Bare))))
        .case(Case::new("FlightRecorder, our spawn", |sample| {
            recorded(|| spawn_and_join_on(&automatic(), sample, &Tracked));
        }))
        .case(Case::peer("dial9", |sample| spawn_and_join_on(&dial9(), sample, &Bare)))
        .case(Case::peer("dial9, its spawn", |sample| spawn_and_join_on(&dial9(), sample, &Dial9)))
        .group("a self-waking task, each poll, recorded")
        .case(Case::floor("tokio: self-waking task", |sample| wake(sample, &current_thread_runtime(), &Bare)))
        .case(Case::new("FlightRecorder: self-waking task", |sample| recorded(|| wake(sample, &automatic(), &Bare))))
        .case(Case::new("FlightRecorder, our spawn: self-waking task", |sample| {
            recorded(|| wake(sample, &automatic(), &Tracked));
        }))
        .case(Case::peer("dial9: self-waking task", |sample| wake(sample, &dial9(), &Bare)))
        .case(Case::peer("dial9, its spawn: self-waking task", |sample| wake(sample, &dial9(), &Dial9)))
}

/// What both may use, in memory or on the disk.
const MEMORY: usize = 32 << 20;

/// dial9's tasks, whose wakes it records.
struct Dial9;

impl Spawner for Dial9 {
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        dial9::spawn(future)
    }
}

fn automatic() -> Runtime {
    built(Builder::new_current_thread().async_hooks())
}

fn recorded(body: impl FnOnce()) {
    let recorder = FlightRecorder::builder().memory(MEMORY).build();
    let _enabled = recorder.enable_scoped();
    body();
}

/// A runtime whose events dial9 writes to the disk, from a thread of its own.
fn dial9() -> Runtime {
    static DIAL9: OnceLock<Recorder> = OnceLock::new();
    let recorder = DIAL9.get_or_init(|| {
        let path = env::temp_dir().join(format!("dial9-{}", process::id()));
        match DiskBuffer::builder().base_path(path).max_total_size(MEMORY as u64).build() {
            Ok(buffer) => dial9::recorder(buffer).build(),
            Err(error) => panic!("dial9 cannot write to the disk: {error}"),
        }
    });
    let options = TokioAttachOptions::builder().task_tracking_enabled(true).build();
    match recorder.handle().attach_tokio_runtime(Builder::new_current_thread(), options) {
        Ok(runtime) => runtime,
        Err(error) => panic!("the system gives no runtime: {error}"),
    }
}

fn wake(sample: &mut Sample, runtime: &Runtime, spawner: &impl Spawner) {
    sample.time_all(|times| drop(runtime.block_on(async { spawner.spawn(self_waking(times)).await })));
}

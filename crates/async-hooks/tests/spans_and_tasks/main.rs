//! Values that a span brings to tasks, and spans that are left or leaked in a poll.
//!
//! In plain tasks, in wrapped ones, and in those of runtimes that track all their tasks.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the impossible may stop there")]

#[allow(dead_code, reason = "each test file uses its part")]
#[path = "../node/child.rs"]
mod child;

mod left_in_polls;
#[cfg(tokio_unstable)]
mod tokio_spans;
mod untracked;
mod values;

use std::sync::Once;

use async_hooks::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

fn tenant() -> Option<&'static str> {
    TENANT.with(|tenant| tenant.copied())
}

type Standing = (AsyncId, &'static str, Option<&'static str>, Option<&'static str>);

const CLEAN: Standing = (AsyncId::ROOT, "root", None, None);

fn standing() -> Standing {
    (execution_async_id(), execution_async_resource().kind(), user(), tenant())
}

/// The subscriber of all threads.
fn install_layer() {
    // tokio's own spans are TRACE; with them each plain task would be a resource.
    install_layer_for(LevelFilter::INFO);
}

/// The first call decides.
fn install_layer_for(level: LevelFilter) {
    static INSTALL: Once = Once::new();
    let subscriber = || tracing_subscriber::registry().with(level).with(async_hooks::tracing::layer());
    INSTALL.call_once(|| subscriber().init());
}

/// How a runtime is made of its builder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Plain,
    #[cfg(tokio_unstable)]
    Automatic,
}

impl Mode {
    fn all() -> Vec<Mode> {
        vec![
            Mode::Plain,
            #[cfg(tokio_unstable)]
            Mode::Automatic,
        ]
    }

    fn build(self, builder: &mut Builder) -> Runtime {
        match self {
            Mode::Plain => {}
            #[cfg(tokio_unstable)]
            Mode::Automatic => _ = async_hooks::tokio::BuilderExt::async_hooks(builder),
        }
        builder.enable_all().build().unwrap()
    }

    fn tracks_plain_tasks(self) -> bool {
        self != Mode::Plain
    }
}

/// Runs the test on each kind of runtime, and sees to it that nothing stays on its thread.
fn on_each_runtime(test: impl AsyncFn(Mode)) {
    install_layer();
    for mode in Mode::all() {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            mode.build(builder.worker_threads(2)).block_on(test(mode));
            assert_eq!(standing(), CLEAN);
        }
    }
}

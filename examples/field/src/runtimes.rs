//! The runtimes of the programs: as they are on stable, with automatic mode under the cfg.

use std::fmt;
use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::Failure;

#[derive(Clone, Copy)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
}

/// Runs one program, and ends its runtime.
pub(crate) fn run<T>(flavor: Flavor, program: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    build(flavor)?.block_on(program)
}

fn build(flavor: Flavor) -> io::Result<Runtime> {
    let mut builder = match flavor {
        Flavor::MultiThread => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    extend(builder.worker_threads(4).enable_all());
    builder.build()
}

/// A pool's tasks work for all requests, so they take nothing from the one that starts them.
#[cfg(tokio_unstable)]
fn extend(builder: &mut Builder) {
    use async_hooks::tokio::{BuilderExt as _, RuntimeHooks};

    let is_pool = |file: &str| ["/deadpool-", "/tower-0"].iter().any(|package| file.contains(package));
    builder.async_hooks_with(RuntimeHooks::new().detach_when(move |task| is_pool(task.spawned_at().file())));
}

#[cfg(not(tokio_unstable))]
fn extend(_: &mut Builder) {}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let build = if async_hooks::tokio::automatic() { "--cfg tokio_unstable" } else { "stable" };
        match self {
            Self::MultiThread => write!(f, "multi-thread, {build}"),
            Self::CurrentThread => write!(f, "current-thread, {build}"),
        }
    }
}

/// As `build`, for who cannot take an error.
pub(crate) fn current_thread() -> Runtime {
    build(Flavor::CurrentThread).unwrap_or_else(|error| {
        eprintln!("no runtime: {error}");
        std::process::exit(2)
    })
}

//! The runtimes of the programs, in automatic mode.

use std::fmt;
use std::io;

use async_hooks::tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};

use crate::witness;

#[derive(Clone, Copy)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
}

pub(crate) fn build(flavor: Flavor) -> io::Result<Runtime> {
    let mut builder = match flavor {
        Flavor::MultiThread => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    builder.worker_threads(4).enable_all().async_hooks_with(witness::hooks()).build()
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MultiThread => "multi-thread",
            Self::CurrentThread => "current-thread",
        })
    }
}

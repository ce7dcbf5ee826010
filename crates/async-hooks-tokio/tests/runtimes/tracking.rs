//! Runtimes that track all their tasks.

use async_hooks_tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};

pub(crate) fn build(builder: &mut Builder) -> Runtime {
    builder.async_hooks().build().unwrap()
}

//! A runtime that tracks all its tasks.

use std::io;

use async_hooks::tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};

pub(crate) fn build(builder: &mut Builder) -> io::Result<Runtime> {
    builder.async_hooks().build()
}

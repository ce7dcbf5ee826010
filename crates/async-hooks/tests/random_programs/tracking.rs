//! The runtime of a program: it tracks all its tasks, so that nobody need wrap them.

use std::io;

use async_hooks::tokio::BuilderExt as _;
use tokio::runtime::{Builder, Runtime};

pub(crate) fn build(builder: &mut Builder) -> io::Result<Runtime> {
    builder.async_hooks().build()
}

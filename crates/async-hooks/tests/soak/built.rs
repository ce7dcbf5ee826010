//! A runtime as tokio builds it.

use std::io;

use tokio::runtime::{Builder, Runtime};

pub(crate) fn build(builder: &mut Builder) -> io::Result<Runtime> {
    builder.build()
}

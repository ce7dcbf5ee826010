//! Runtimes as tokio builds them.

use tokio::runtime::{Builder, Runtime};

pub(crate) fn build(builder: &mut Builder) -> Runtime {
    builder.build().unwrap()
}

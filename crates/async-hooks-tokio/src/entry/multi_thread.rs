//! A runtime with several threads.

use tokio::runtime::Builder;

use crate::builder_ext::track;

/// The builder of a runtime with several threads, with all drivers.
#[must_use]
pub fn multi_thread() -> Builder {
    let mut builder = Builder::new_multi_thread();
    track(builder.enable_all());
    builder
}

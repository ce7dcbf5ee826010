//! A runtime with one thread.

use tokio::runtime::Builder;

use crate::builder_ext::track;

/// The builder of a runtime with one thread, with all drivers.
#[must_use]
pub fn current_thread() -> Builder {
    let mut builder = Builder::new_current_thread();
    track(builder.enable_all());
    builder
}

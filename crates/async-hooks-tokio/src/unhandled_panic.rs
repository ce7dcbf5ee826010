//! What a runtime does about a task that panics: an argument of the attribute macros.

use tokio::runtime::Builder;
pub use tokio::runtime::UnhandledPanic;

/// Sets what the runtime does about a task that panics.
pub fn unhandled_panic(builder: &mut Builder, unhandled_panic: UnhandledPanic) {
    builder.unhandled_panic(unhandled_panic);
}

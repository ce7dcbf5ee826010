//! The replacement for tokio's `UnhandledPanic` without `--cfg tokio_unstable`.
//!
//! Its use does not compile, and the error says what to write.

/// What a runtime does about a task that panics.
#[derive(Debug)]
pub enum UnhandledPanic {
    /// The task's handle gets the panic, and nothing else happens.
    Ignore,
    /// The runtime ends, and `block_on` panics.
    ShutdownRuntime,
}

/// Does not compile for any builder in this build.
pub fn unhandled_panic<B: SetsUnhandledPanic>(builder: &mut B, unhandled_panic: UnhandledPanic) {
    let _ = (builder, unhandled_panic);
}

/// Implemented by no builder in this build.
#[diagnostic::on_unimplemented(
    message = "`unhandled_panic` needs `--cfg tokio_unstable`, and this program is built without it",
    label = "needs `--cfg tokio_unstable`",
    note = "put this into `.cargo/config.toml`, beside your workspace's `Cargo.toml`:\n\n[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n"
)]
pub trait SetsUnhandledPanic {}

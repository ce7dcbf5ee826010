//! Replaces the runtime extension where tokio does not report its tasks: a compile error.

use tokio::runtime::Builder;

/// Would track every task of a runtime; this program is built without `--cfg tokio_unstable`.
///
/// tokio reports the tasks of a runtime only under `--cfg tokio_unstable`. Calling these methods does not compile
/// without it, and the compiler says what to put where:
///
/// ```compile_fail,E0277
/// use async_hooks_tokio::BuilderExt as _;
///
/// tokio::runtime::Builder::new_multi_thread().async_hooks();
/// ```
pub trait BuilderExt: sealed::Sealed {
    /// Needs `--cfg tokio_unstable`.
    fn async_hooks(&mut self) -> &mut Self
    where
        Self: BuiltWithTokioUnstable,
    {
        self
    }

    /// Needs `--cfg tokio_unstable`.
    ///
    /// ```compile_fail,E0277
    /// use async_hooks_tokio::BuilderExt as _;
    ///
    /// tokio::runtime::Builder::new_multi_thread().async_hooks_with(());
    /// ```
    fn async_hooks_with<H>(&mut self, own: H) -> &mut Self
    where
        Self: BuiltWithTokioUnstable,
    {
        drop(own);
        self
    }
}

impl BuilderExt for Builder {}

/// What no runtime is in this build.
#[diagnostic::on_unimplemented(
    message = "tracking every task of a runtime needs `--cfg tokio_unstable`, and this program is built without it",
    label = "tokio reports its tasks only under `--cfg tokio_unstable`",
    note = "put this into `.cargo/config.toml`, beside your workspace's `Cargo.toml`:\n\n[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n",
    note = "a `RUSTFLAGS` in the environment wins over that file, so then it has to name the cfg too",
    note = "without the cfg, `async_hooks::tokio::spawn` and its like track what they spawn"
)]
pub trait BuiltWithTokioUnstable {}

/// Leaves the runtime as it is: this build cannot track its tasks.
pub(crate) fn track(_: &mut Builder) {}

/// Whether this program is built with `--cfg tokio_unstable`.
///
/// Only then can a runtime track all its tasks.
///
/// For programs that are built both ways and want to say so, in their log's first line perhaps.
///
/// # Examples
///
/// ```
/// assert_eq!(async_hooks_tokio::automatic(), cfg!(tokio_unstable));
/// ```
#[must_use]
pub const fn automatic() -> bool {
    false
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for tokio::runtime::Builder {}
}

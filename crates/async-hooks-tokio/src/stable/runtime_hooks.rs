//! Replaces the program's own callbacks where tokio calls none.
//!
//! So a program that has some gets the message of `BuilderExt`, and no error about missing names.

/// The program's own callbacks on a runtime that tracks its tasks; needs the cfg.
///
/// There is no way to make one without `--cfg tokio_unstable`; see [`BuilderExt`](crate::BuilderExt).
#[derive(Debug)]
pub struct RuntimeHooks(std::convert::Infallible);

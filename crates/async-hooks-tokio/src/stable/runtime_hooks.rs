//! In place of the program's own callbacks where tokio calls none, so that a program that has some is told what it lacks by
//! `BuilderExt` and not by names that are missing.

/// The program's own callbacks on a runtime whose tasks are tracked; this program is built without what it takes.
///
/// There is no way to make one without `--cfg tokio_unstable`; see [`BuilderExt`](crate::BuilderExt).
#[derive(Debug)]
pub struct RuntimeHooks(std::convert::Infallible);

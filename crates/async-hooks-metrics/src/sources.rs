//! Series of what the other tools count.

#[cfg(feature = "diagnostics")]
pub(crate) mod leaks;

#[cfg(feature = "diagnostics")]
pub(crate) mod blocked;

#[cfg(feature = "diagnostics")]
pub(crate) mod lost_contexts;

#[cfg(feature = "recorder")]
pub(crate) mod recorder_losses;

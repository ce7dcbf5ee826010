//! What is counted.
//!
//! ```text
//!   Counts ──▶ Kinds ──▶ KindCounts     of each kind: times, and the counts of sites beyond the limit
//!          └─▶ Sites ──▶ SiteCounts     of each kind and line
//! ```
//!
//! The tables have a fixed size and are searched without a lock, because each poll does so.

pub(crate) mod fixed_table;

pub(crate) mod histogram;

pub(crate) mod site_counts;

pub(crate) mod kind_counts;

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
pub(crate) mod counts;

#[cfg(feature = "diagnostics")]
mod labels_at;

//! The targets that tracking reports have tried, of which a process keeps a limited number.
//!
//! A program of its own: when it is done, no report of another target can be had.

use async_hooks::diagnostics::tracking_report_of;
use tracing_subscriber::prelude::*;

#[test]
fn the_number_of_targets_that_are_kept_is_bounded() {
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()));
    let remark = |number: usize| {
        let report = futures::executor::block_on(tracking_report_of(&format!("target {number}")));
        let row = report.rows().iter().find(|row| row.what() == "spans");
        row.and_then(|row| row.remark().map(str::to_owned))
    };
    assert_eq!(remark(0), None);
    (1..40).for_each(|number| drop(remark(number)));
    assert!(remark(40).is_some_and(|remark| remark.contains("too many targets")));
    assert_eq!(remark(0), None, "it is kept");
}

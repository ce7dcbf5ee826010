//! Whether the points of a program were right, where a tracking report was made.

use async_hooks::diagnostics::{TrackingReport, TrackingRow};

use crate::points::{self, Need, Reach, Tally};

/// Prints what the points of a program have seen; false when one of them was wrong.
pub(crate) fn judged(program: &str, report: &TrackingReport) -> bool {
    println!("  {program}");
    let judge = |(point, (reach, tally))| judge(point, reach, tally, report);
    // All of them are printed, also below one that is wrong.
    points::take().into_iter().map(judge).fold(true, |all, one| all & one)
}

fn judge(point: &str, reach: Reach, tally: Tally, report: &TrackingReport) -> bool {
    let row = |what| report.rows().iter().find(|row| row.what() == what);
    let needs = |need, reaches: fn(&TrackingRow) -> Option<bool>| match need {
        Need::Yes => true,
        Need::No => false,
        Need::Row(what) => row(what).is_none_or(|row| reaches(row) == Some(true)),
    };
    let value = needs(reach.values, TrackingRow::carries_values);
    let id = needs(reach.ids, TrackingRow::is_tracked);
    let Tally { seen, without_value, without_id, wrong_value, wrong_id } = tally;
    let is_lost = (value && without_value > 0) || (id && without_id > 0);
    let is_right = wrong_value == 0 && wrong_id == 0 && !is_lost;
    let mark = if is_right { "ok   " } else { "WRONG" };
    print!("    {mark} {point:<40} {seen:>5} times; another's: {wrong_value} values, {wrong_id} ids");
    println!("{}{}", missing("values", without_value), missing("ids", without_id));
    is_right
}

fn missing(what: &str, times: usize) -> String {
    if times == 0 { String::new() } else { format!("; without: {times} {what}") }
}

//! What is not in the recording.

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::model::recording::Recording;
use crate::report::amount::{Count, Time};

/// The number of gaps that are listed.
const SHOWN: usize = 100;

/// The gaps, each of one thread.
pub(crate) fn losses(recording: &Recording) -> Markup {
    let gaps = recording.gaps();
    html! {
        p {
            (Count(recording.overwritten())) " events were overwritten, " (Count(recording.lost())) " could not be written, from the enabling of the recorder on."
        }
        @if !gaps.is_empty() {
            div.scroll { table {
                thead { tr { th scope="col" { "thread" } th scope="col" { "events" } th scope="col" { "within" } th scope="col" { "until" } } }
                tbody { @for gap in gaps.iter().take(SHOWN) { tr {
                    td { (Escaped(gap.thread())) }
                    td.n { @if let Some(events) = gap.events() { (Count(events)) } @else { "unknown" } }
                    td.n { (Time(gap.interval().duration())) }
                    td.n { (Time(recording.interval().start() - gap.interval().end())) " before the start" }
                } } }
            } }
        }
        @if gaps.len() > SHOWN { p.more { "and " (Count::of(gaps.len() - SHOWN)) " more" } }
    }
}

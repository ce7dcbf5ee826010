//! What was alive at the end of the recording.

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::report::amount::{Count, Time};
use crate::report::words::named;

/// The number of resources that are listed.
const SHOWN: usize = 300;
/// Deeper ones are set in as far as this.
const DEPTH: usize = 8;

/// The living as trees, each below its trigger.
pub(crate) fn survivors(recording: &Recording) -> Markup {
    let nodes = recording.at(recording.interval().end()).nodes();
    html! {
        @if nodes.is_empty() { p { "Nothing." } } @else {
            div.scroll { table {
                thead { tr { th scope="col" { "resource" } th scope="col" { "age" } th scope="col" { "polls" } th scope="col" { "last" } } }
                tbody { @for (depth, life) in nodes.iter().take(SHOWN) { tr data-q {
                    td class={ "d" ((*depth).min(DEPTH)) } { (named(life)) }
                    td.n { (Time(recording.range_of(life).duration())) }
                    td.n { (Count::of(life.polls.len())) }
                    td { (last(recording, life)) }
                } } }
            } }
        }
        @if nodes.len() > SHOWN { p.more { "and " (Count::of(nodes.len() - SHOWN)) " more; " code { "async-hooks at" } " lists all" } }
    }
}

/// What it did last.
fn last(recording: &Recording, life: &Lifetime) -> Markup {
    let end = recording.interval().end();
    html! {
        @match life.polls.last() {
            None => { "never polled" }
            Some(poll) if poll.flags.is_open => { "running on " (Escaped(poll.thread())) }
            Some(poll) => { "polled " (Time(end - poll.end)) " before the end" }
        }
    }
}

//! The numbers of a recording.

use maud::{Markup, html};

use crate::model::recording::Recording;
use crate::report::amount::{Count, Share, Time};
use crate::report::palette::{KindColours, site_name};
use crate::report::sites::{Sites, Whom};

/// What the recording holds, and where most of the time went.
pub(crate) fn summary(recording: &Recording, sites: &Sites<'_>, palette: &KindColours<'_>) -> Markup {
    let total =
        |number: fn(&crate::report::sites::SiteSums<'_>) -> usize| Count::of(sites.all.iter().map(number).sum());
    let polls = recording.lifetimes().map(|life| life.polls.len()).sum();
    let wakes = recording.lifetimes().map(|life| life.wakes.len()).sum();
    html! {
        dl.numbers {
            div { dt { "time" } dd { (Time(recording.interval().duration())) } }
            div { dt { "resources" } dd { (total(|sums| sums.count)) } }
            div { dt { "kinds" } dd { (Count::of(palette.kinds().len())) } }
            div { dt { "spawn sites" } dd { (Count::of(sites.all.len())) } }
            div { dt { "polls" } dd { (Count::of(polls)) } }
            div { dt { "wakes" } dd { (Count::of(wakes)) } }
            div { dt { "alive at the end" } dd { (total(|sums| sums.alive_at_end)) } }
            div { dt { "panicked" } dd { (total(|sums| sums.panicked)) } }
            div { dt { "lines of the log" } dd { (Count::of(recording.logs().len())) } }
        }
        p { (verdict(recording)) }
        (longest_waits(sites))
    }
}

fn verdict(recording: &Recording) -> Markup {
    let missing = recording.overwritten().saturating_add(recording.lost());
    html! {
        @if missing == 0 && recording.gaps().is_empty() {
            "Nothing is missing in this time."
        } @else {
            "Nothing is missing in this time. " (Count(missing)) " events of the time before it are: see "
            a href="#gaps" { "gaps" } "."
        }
    }
}

/// The number of waits that are listed.
const SHOWN: usize = 5;

fn longest_waits(sites: &Sites<'_>) -> Markup {
    let mut waits = Vec::new();
    for sums in &sites.all {
        let known = sums.waits.iter().filter(|(whom, _)| **whom != Whom::Unknown);
        waits.extend(known.map(|(whom, time)| (*time, *whom, sums)));
    }
    waits.sort_by_key(|(time, whom, _)| (std::cmp::Reverse(*time), *whom));
    waits.truncate(SHOWN);
    html! {
        @if !waits.is_empty() {
            p { "The longest waits, all resources of a site together:" }
            ol {
                @for (time, whom, sums) in waits {
                    li { (site_name(sums.site)) " waited " b { (Time(time)) } " for " (whom_name(sites, whom))
                        ", " (Share(time, sums.life)) " of its life" }
                }
            }
        }
    }
}

/// For whom, in words.
pub(crate) fn whom_name(sites: &Sites<'_>, whom: Whom) -> Markup {
    match whom {
        Whom::Site(place) => sites.all.get(place).map_or_else(|| html! {}, |sums| site_name(sums.site)),
        Whom::Timer => html! { "a timer" },
        Whom::Io => html! { "I/O" },
        Whom::Unknown => html! { "something unknown" },
    }
}

//! The slowest resources.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::report::amount::Time;
use crate::report::chain::{Link, chain};
use crate::report::palette::{KindColours, site_name};
use crate::report::piece::Activity;
use crate::report::sites::Sites;
use crate::report::waterfall::waterfall;

/// The number of resources of the first kind, of other kinds each, and of other kinds.
const FIRST: usize = 10;
const OTHERS: usize = 2;
const KINDS: usize = 4;

/// The slowest requests, and then the slowest of other kinds.
pub(crate) fn slow(recording: &Recording, sites: &Sites<'_>, palette: &KindColours<'_>) -> Markup {
    let kinds = kinds(sites, palette);
    let (first, others) = kinds.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
    html! {
        p.legend {
            @for activity in Activity::ALL { span { i class=(activity.class()) {} (activity.words()) } }
            span { i.life {} "not on the critical path" }
        }
        @if let Some(kind) = first {
            h3 { "The slowest of kind " code { (Escaped(kind)) } }
            (together(recording, &slowest(recording, kind, FIRST)))
            @for (place, life) in slowest(recording, kind, FIRST).into_iter().enumerate() {
                (waterfall(recording, life, place == 0))
            }
        }
        @for kind in others {
            h3 { code { (Escaped(kind)) } }
            @for life in slowest(recording, kind, OTHERS) { (waterfall(recording, life, false)) }
        }
        @if palette.kinds().len() > kinds.len() {
            p.more { "Other kinds are not listed here: " (palette.kinds().len() - kinds.len()) }
        }
    }
}

/// The slowest of a kind, without tokio's workers, which are no work of the program.
fn slowest<'a>(recording: &'a Recording, kind: &str, number: usize) -> Vec<&'a Lifetime> {
    let mut lives = recording.slowest(kind, usize::MAX);
    lives.retain(|life| !life.is_worker());
    lives.truncate(number);
    lives
}

/// What these resources waited for in the end, those first that cost most.
fn together(recording: &Recording, lives: &[&Lifetime]) -> Markup {
    let mut causes = Vec::<(Link<'_>, usize, Duration)>::new();
    for cause in lives.iter().filter_map(|life| chain(recording, life).pop()) {
        let is_same = |other: &Link<'_>| (&other.life.site, other.activity) == (&cause.life.site, cause.activity);
        match causes.iter_mut().find(|(other, ..)| is_same(other)) {
            Some((_, count, time)) => (*count, *time) = (*count + 1, *time + cause.duration()),
            None => causes.push((cause, 1, cause.duration())),
        }
    }
    causes.sort_by_key(|(_, count, time)| (Reverse(*time), Reverse(*count)));
    html! {
        @if !causes.is_empty() {
            p { "What took longest, at the end of the chain of waits:" }
            ol { @for (cause, count, time) in causes {
                li { i class=(cause.activity.class()) {} (site_name(&cause.life.site)) " " (cause.activity.words())
                    ": " b { (Time(time)) } " in " (count) " of " (lives.len()) }
            } }
        }
    }
}

/// The kinds whose slowest are shown.
///
/// Requests come first, and then those that lived longest in all; locks and timers of tokio come last.
fn kinds<'a>(sites: &Sites<'a>, palette: &KindColours<'a>) -> Vec<&'a str> {
    let mut lives = HashMap::<&str, Duration>::new();
    for sums in &sites.all {
        let life = lives.entry(&sums.site.kind).or_default();
        *life = life.saturating_add(sums.life);
    }
    let mut kinds = palette.kinds().to_vec();
    let rank = |kind: &str| match kind {
        "http::request" => 0,
        kind if kind.contains("request") => 1,
        "tokio::task" | "tokio::blocking" => 2,
        kind if kind.starts_with("tokio::") => 3,
        _ => 2,
    };
    kinds.sort_by_key(|kind| (rank(kind), Reverse(lives.get(kind).copied())));
    kinds.truncate(1 + KINDS);
    kinds
}

//! What a resource did, in words.

use std::cmp::Reverse;
use std::time::Duration;

use async_hooks_core::AsyncId;
use async_hooks_tools::Escaped;
use maud::{Markup, html};

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::replay::critical_path::Segment;
use crate::replay::path_text::unknown_wait;
use crate::replay::state::{State, WaitingFor};
use crate::report::amount::{Share, Time};
use crate::report::palette::short_place;
use crate::report::piece::Activity;

/// Stretches of one sort: all that waited for one resource, all that ran.
struct Group<'a> {
    activity: Activity,
    whom: Option<AsyncId>,
    time: Duration,
    segments: Vec<&'a Segment>,
}

/// The number of reasons that are listed at each level, and the number of levels.
///
/// Reasons below 1 % are not listed.
const SHOWN: usize = 5;
const LEVELS: usize = 3;

/// What took the time, the longest first; below a wait, what the other one did meanwhile.
pub(crate) fn reasons(recording: &Recording, segments: &[&Segment], whole: Duration, level: usize) -> Markup {
    let groups = groups(segments);
    let is_long = |group: &&Group<'_>| group.time * 100 >= whole;
    let shown = groups.iter().take_while(is_long).take(SHOWN).count().max(1);
    let hidden = groups.len().saturating_sub(shown);
    html! {
        ul.reasons {
            @for group in groups.iter().take(shown) {
                li {
                    i class=(group.activity.class()) {}
                    b { (Time(group.time)) } " (" (Share(group.time, whole)) ") " (sentence(recording, group))
                    @let meanwhile = Vec::from_iter(group.segments.iter().flat_map(|segment| segment.meanwhile()));
                    @if level < LEVELS && !meanwhile.is_empty() {
                        (reasons(recording, &meanwhile, whole, level + 1))
                    }
                }
            }
            @if hidden > 0 { li.more { "and " (hidden) " shorter ones" } }
        }
    }
}

fn groups<'a>(segments: &[&'a Segment]) -> Vec<Group<'a>> {
    let mut groups = Vec::<Group<'a>>::new();
    let mut sorted = Vec::from_iter(segments.iter().map(|segment| (Activity::of(segment), whom(segment), *segment)));
    sorted.sort_by_key(|(activity, whom, _)| (*activity as usize, *whom));
    for (activity, whom, segment) in sorted {
        match groups.last_mut().filter(|last| (last.activity, last.whom) == (activity, whom)) {
            Some(group) => {
                group.time += segment.duration();
                group.segments.push(segment);
            }
            None => groups.push(Group { activity, whom, time: segment.duration(), segments: vec![segment] }),
        }
    }
    groups.sort_by_key(|group| Reverse(group.time));
    groups
}

/// The resource that a stretch waited for.
pub(crate) fn whom(segment: &Segment) -> Option<AsyncId> {
    match segment.state() {
        State::Waiting { for_whom: WaitingFor::Resource(id), .. } => Some(*id),
        _ => None,
    }
}

fn sentence(recording: &Recording, group: &Group<'_>) -> Markup {
    let times = match group.segments.len() {
        1 => String::new(),
        stretches => format!(", in {stretches} stretches"),
    };
    let unknown = group.segments.first().map_or("", |segment| unknown(segment));
    html! {
        @match (group.activity, group.whom) {
            (Activity::Running, _) => { "running" (threads(group)) }
            (Activity::Task, Some(id)) => { "waiting for " (named_id(recording, id)) }
            (Activity::Unknown, _) => { (unknown) }
            (activity, _) => { (activity.words()) }
        }
        (times)
    }
}

/// What can be said of a wait whose end nobody explains.
fn unknown(segment: &Segment) -> &'static str {
    let State::Waiting { woken_by, .. } = segment.state() else { return "" };
    unknown_wait(segment, *woken_by)
}

/// The thread on which all of it ran, or the number of threads.
fn threads(group: &Group<'_>) -> String {
    let mut threads = Vec::from_iter(group.segments.iter().filter_map(|segment| match segment.state() {
        State::Running { thread } => Some(thread.as_str()),
        _ => None,
    }));
    threads.sort_unstable();
    threads.dedup();
    match threads.as_slice() {
        [] => String::new(),
        [thread] => format!(" on {}", Escaped(thread)),
        [_, ..] => format!(" on {} threads", threads.len()),
    }
}

fn named_id(recording: &Recording, id: AsyncId) -> Markup {
    match recording.lifetime(id) {
        Some(life) => named(life),
        None if id == AsyncId::ROOT => html! { "the root" },
        None => html! { b { "resource " (id) } },
    }
}

/// Kind, id, place and label of a resource.
pub(crate) fn named(life: &Lifetime) -> Markup {
    html! {
        b { (Escaped(life.kind())) " " (life.async_id) }
        " " span.place title=(Escaped(life.file())) { (short_place(&life.site)) }
        @if let Some(label) = life.label() { " " q { (Escaped(label)) } }
    }
}

//! Decides about roots that have ended, and turns what they caused into spans.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{FlightRecorder, Lifetime, Timestamp};
use opentelemetry::InstrumentationScope;

use crate::export::span_queue::SpanQueue;
use crate::export::stats::Counts;
use crate::notes::noting_hook::EndedRoot;
use crate::notes::root_kinds::RootKinds;
use crate::sampler::request_facts::RequestFacts;
use crate::sampler::tail_sampler::TailSampler;
use crate::spans::root::{Root, failure};
use crate::spans::span_builder::SpanBuilder;
use crate::spans::trace_map::TraceMap;

pub(crate) struct Collector {
    pub(crate) recorder: FlightRecorder,
    pub(crate) kinds: RootKinds,
    pub(crate) sampler: TailSampler,
    pub(crate) queue: Arc<SpanQueue>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) scope: InstrumentationScope,
    /// Roots that were kept, and of which something is still alive.
    pub(crate) roots: HashMap<AsyncId, Root>,
    /// The end of the last recording.
    pub(crate) seen_until: Timestamp,
}

/// What outlives its request is exported if it ends within this time.
const PATIENCE: Duration = Duration::from_secs(60);

impl Collector {
    /// Whether something may come even if no further root ends.
    pub(crate) fn waits_for_survivors(&self) -> bool {
        !self.roots.is_empty()
    }

    /// Exports what has ended until now.
    pub(crate) fn collect(&mut self, ended: &[EndedRoot]) {
        let since = ended.iter().map(|root| root.start).min().unwrap_or(self.seen_until).min(self.seen_until);
        let recording = self.recorder.since(since);
        let now = recording.interval().end();
        let map = TraceMap::new(&recording, &self.kinds, &self.roots);
        let members = map.members();
        for root in ended {
            self.decide(root.id, &map, members.get(&root.id).map_or(&[], Vec::as_slice));
        }
        let (mut roots, no_members) = (std::mem::take(&mut self.roots), Vec::new());
        roots.values_mut().for_each(|root| self.export(root, &map, members.get(&root.id).unwrap_or(&no_members), now));
        roots.retain(|_, root| !root.alive.is_empty() && now - root.ended < PATIENCE);
        (self.roots, self.seen_until) = (roots, now);
    }

    /// Keeps a root that has ended, or counts what is not kept of it.
    fn decide(&mut self, id: AsyncId, map: &TraceMap<'_>, members: &[&Lifetime]) {
        let (Some(root), Some(life)) = (map.root(id), map.recording.lifetime(id)) else {
            return self.counts.add_dropped(1);
        };
        if root.is_sampled_by_caller() || self.sampler.keeps(&facts(root, life, members)) {
            self.roots.insert(id, root.clone());
        } else {
            let ended = members.iter().filter(|life| life.end().is_some());
            self.counts.add_sampled_out(ended.map(|life| SpanBuilder::count(life)).sum());
        }
    }

    /// Exports what has ended since the last time.
    fn export(&self, root: &mut Root, map: &TraceMap<'_>, members: &[&Lifetime], now: Timestamp) {
        let builder = SpanBuilder { map, root, scope: &self.scope };
        let mut spans = Vec::new();
        for life in members {
            if let Some(end) = life.end().filter(|end| is_new(root, life, *end)) {
                spans.extend(builder.spans(life, end));
            }
        }
        if !spans.is_empty() {
            self.queue.append(spans, &self.counts);
        }
        let alive = members.iter().filter(|life| life.end().is_none()).map(|life| life.async_id());
        root.alive = HashSet::from_iter(alive);
        root.seen_until = now;
    }
}

/// Whether it was not exported before: its end was not seen yet.
fn is_new(root: &Root, life: &Lifetime, end: Timestamp) -> bool {
    end > root.seen_until || root.alive.contains(&life.async_id())
}

fn facts(root: &Root, life: &Lifetime, members: &[&Lifetime]) -> RequestFacts {
    let duration = life.start().zip(life.end()).map_or(Duration::ZERO, |(start, end)| end - start);
    RequestFacts {
        duration,
        has_failed: failure(life).is_some() || members.iter().any(|member| member.panicked()),
        has_leaked: members.iter().any(|member| member.end().is_none()),
        trace_id: root.trace_id,
        is_random: root.is_random(),
    }
}

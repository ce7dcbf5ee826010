//! Decides about roots that have ended, and turns what they caused into spans.

use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{FlightRecorder, Lifetime, Timestamp};
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::trace::SpanData;

use crate::export::span_queue::{BATCH, SpanQueue};
use crate::export::stats::Counts;
use crate::notes::begun_roots::BegunRoots;
use crate::notes::noting_hook::EndedRoot;
use crate::notes::root_kinds::RootKinds;
use crate::sampler::request_facts::RequestFacts;
use crate::sampler::tail_sampler::TailSampler;
use crate::spans::clock_offset::ClockOffset;
use crate::spans::root::{Root, failure};
use crate::spans::span_builder::SpanBuilder;
use crate::spans::trace_map::{ById, TraceMap};

pub(crate) struct Collector {
    pub(crate) recorder: FlightRecorder,
    pub(crate) kinds: RootKinds,
    pub(crate) sampler: TailSampler,
    pub(crate) queue: Arc<SpanQueue>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) scope: InstrumentationScope,
    pub(crate) begun: Arc<BegunRoots>,
    /// Roots that were kept, and of which something is still alive.
    pub(crate) roots: ById<Root>,
    /// The end of the last recording.
    pub(crate) seen_until: Timestamp,
}

/// What outlives its request is exported if it ends within this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// The recorder may have seen a root begin this long before our hook has noted it.
const BETWEEN_HOOKS: Duration = Duration::from_millis(10);

impl Collector {
    /// Whether something may come even if no further root ends.
    pub(crate) fn waits_for_survivors(&self) -> bool {
        !self.roots.is_empty()
    }

    /// Exports what has ended until now.
    pub(crate) fn collect(&mut self, ended: &[EndedRoot]) {
        let starts = ended.iter().map(|root| root.start - BETWEEN_HOOKS);
        let since = starts.min().unwrap_or(self.seen_until).min(self.seen_until);
        let recording = self.recorder.since(since);
        let now = recording.interval().end();
        let map = TraceMap::new(&recording, &self.kinds, &self.roots, &self.begun);
        ended.iter().for_each(|root| self.decide(root.id, &map, map.members(root.id)));
        let mut roots = std::mem::take(&mut self.roots);
        let mut spans = Vec::with_capacity(BATCH);
        for root in roots.values_mut() {
            self.append(root, &map, now, &mut spans);
            // Not root by root: the exporter would begin with a batch of the first one alone.
            if spans.len() >= BATCH {
                self.queue.append(&mut spans, &self.counts);
            }
        }
        self.queue.append(&mut spans, &self.counts);
        roots.retain(|_, root| !root.alive.is_empty() && now - root.ended < PATIENCE);
        (self.roots, self.seen_until) = (roots, now);
    }

    /// Keeps a root that has ended, or counts what is not kept of it.
    fn decide(&mut self, id: AsyncId, map: &TraceMap<'_>, members: &[&Lifetime]) {
        let (Some(root), Some(life)) = (map.root(id), map.life_and_root(id).0) else {
            return self.counts.add_dropped(1);
        };
        if root.is_sampled_by_caller() || self.sampler.keeps(&facts(root, life, members)) {
            self.roots.insert(id, Root { clock_offset: ClockOffset::read(), ..root.clone() });
        } else {
            let ended = members.iter().filter(|life| life.end().is_some());
            self.counts.add_sampled_out(ended.map(|life| SpanBuilder::count(life)).sum());
        }
    }

    /// Appends the spans of what has ended since the last time.
    ///
    /// What is alive and did nothing meanwhile is not among the members: it stays in `alive`.
    fn append(&self, root: &mut Root, map: &TraceMap<'_>, now: Timestamp, spans: &mut Vec<SpanData>) {
        let mut alive = std::mem::take(&mut root.alive);
        for life in map.members(root.id) {
            match life.end() {
                None => drop(alive.insert(life.async_id())),
                // Its end was not seen yet.
                Some(end) if alive.remove(&life.async_id()) || end > root.seen_until => {
                    SpanBuilder { map, root, scope: &self.scope }.append(life, end, spans);
                }
                Some(_) => {}
            }
        }
        (root.alive, root.seen_until) = (alive, now);
    }
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

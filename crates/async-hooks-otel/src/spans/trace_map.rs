//! Which lifetimes of a recording are in the trace of which root.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{Lifetime, Recording, Timestamp};
use async_hooks_tools::IdHasher;

use crate::notes::begun_roots::BegunRoots;
use crate::notes::root_kinds::RootKinds;
use crate::spans::attributes::{context_span, created_by};
use crate::spans::members::Members;
use crate::spans::root::Root;

/// Ids are this process's own and count up: a hash that nobody can attack would be slower.
pub(crate) type ById<V> = HashMap<AsyncId, V, BuildHasherDefault<IdHasher>>;

pub(crate) struct TraceMap<'a> {
    pub(crate) recording: &'a Recording,
    /// All roots of the recording, and those that go on.
    ///
    /// Also those of earlier recordings of which something is alive.
    roots: Vec<Root>,
    /// The lifetimes in the trace of each root, its own included, in the order of their starts.
    members: Members<'a>,
    /// All lifetimes of the recording, and what lives of earlier roots.
    places: ById<Place<'a>>,
    /// The root that came last with this span in its context.
    by_context: HashMap<u64, usize>,
}

/// What is known of an id.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    /// `None` if the recording knows nothing of it.
    life: Option<&'a Lifetime>,
    /// Which of the roots is that of its trace; a root's own is itself.
    root: Option<usize>,
}

impl<'a> TraceMap<'a> {
    pub(crate) fn new(
        recording: &'a Recording,
        kinds: &RootKinds,
        known: &ById<Root>,
        begun: &BegunRoots,
    ) -> TraceMap<'a> {
        // Creators come before what they create.
        let mut lives = Vec::from_iter(recording.lifetimes().map(|life| (life.start(), life.async_id(), life)));
        lives.sort_by_key(|(start, id, _)| (*start, *id));
        let places = ById::with_capacity_and_hasher(lives.len(), BuildHasherDefault::default());
        let (roots, by_context) = (Vec::new(), HashMap::new());
        let mut map = TraceMap { recording, roots, members: Members::new(lives.len()), places, by_context };
        known.values().for_each(|root| map.add_known(root));
        // Whatever the recording has of them, so that links to them have the ids of their traces.
        begun.iter().for_each(|begun| {
            map.add_root(Root::begun(*begun.key(), &begun));
        });
        lives.into_iter().for_each(|(_, _, life)| map.add(life, kinds));
        map.members.group(map.roots.len());
        map
    }

    fn add_known(&mut self, root: &Root) {
        let number = self.add_root(Root::clone(root));
        let alive = root.alive.iter().map(|id| (*id, Place { life: None, root: Some(number) }));
        self.places.extend(alive);
    }

    fn add_root(&mut self, root: Root) -> usize {
        let number = self.roots.len();
        self.places.entry(root.id).or_default().root = Some(number);
        self.by_context.extend(root.context_span.map(|span| (span, number)));
        self.roots.push(root);
        number
    }

    fn add(&mut self, life: &'a Lifetime, kinds: &RootKinds) {
        let (id, span) = (life.async_id(), context_span(life));
        let is_root = span.is_none() && kinds.contains(life.kind());
        if is_root && self.number(id).is_none() {
            self.add_root(Root::of(life, life.end().unwrap_or(Timestamp::from_unix_nanos(0))));
        }
        let found = if is_root { None } else { self.find_root(life, span) };
        let place = self.places.entry(id).or_default();
        place.life = Some(life);
        place.root = place.root.or(found);
        if let Some(root) = place.root {
            self.members.push(root, life);
        }
    }

    /// The root in whose context it was created.
    ///
    /// Several roots can have the same span in their context, as jobs of one message do: then causes decide.
    fn find_root(&self, life: &Lifetime, span: Option<u64>) -> Option<usize> {
        let is_of_span = |root: &usize| self.roots[*root].context_span == span;
        let root_of = |cause: AsyncId| self.places.get(&cause)?.root.filter(is_of_span);
        let by_trigger = life.trigger_async_id().and_then(root_of);
        let by_creator = || created_by(life).and_then(root_of);
        by_trigger.or_else(by_creator).or_else(|| self.by_context.get(&span?).copied())
    }

    /// The number of the root that has this id.
    fn number(&self, root: AsyncId) -> Option<usize> {
        self.places.get(&root)?.root.filter(|number| self.roots[*number].id == root)
    }

    pub(crate) fn root(&self, root: AsyncId) -> Option<&Root> {
        self.number(root).map(|number| &self.roots[number])
    }

    pub(crate) fn root_of(&self, id: AsyncId) -> Option<AsyncId> {
        self.life_and_root(id).1.map(|root| root.id)
    }

    /// The lifetime of this id, and the root of its trace.
    pub(crate) fn life_and_root(&self, id: AsyncId) -> (Option<&'a Lifetime>, Option<&Root>) {
        let place = self.places.get(&id).copied().unwrap_or_default();
        (place.life, place.root.map(|number| &self.roots[number]))
    }

    /// The lifetimes in the trace of this root, its own included, in the order of their starts.
    pub(crate) fn members(&self, root: AsyncId) -> &[&'a Lifetime] {
        self.number(root).map_or(&[], |number| self.members.of(number))
    }
}

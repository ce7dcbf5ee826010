//! What a resource caused.

use std::fmt;
use std::vec;

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::replay::tree_lines::write_tree;

/// A resource and all that it caused, directly or not: itself first, then depth first.
///
/// It is an iterator, and displays as a tree. A resource whose trigger is not in the recording begins a tree of its own.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let request = AsyncResource::new("request");
/// let [first, second] = request.run_in_async_scope(|| ["first", "second"].map(AsyncResource::new));
/// let nested = first.run_in_async_scope(|| AsyncResource::new("nested"));
///
/// let recording = recorder.recording();
/// let tree = recording.descendants(request.async_id());
/// assert_eq!(Vec::from_iter(tree.with_depths().map(|(depth, _)| depth)), [0, 1, 2, 1]);
/// assert_eq!(tree.iter().map(|life| life.async_id()).max(), Some(nested.async_id()));
/// assert_eq!(tree.to_string().lines().count(), 4);
/// assert_eq!(Vec::from_iter(tree.map(|life| life.kind())), ["request", "first", "nested", "second"]);
/// ```
#[derive(Clone, Debug)]
pub struct CausalTree<'a> {
    nodes: vec::IntoIter<(usize, &'a Lifetime)>,
}

impl Recording {
    /// Returns the resource with this id and all that it caused.
    ///
    /// For an unknown id the tree is empty.
    ///
    /// Of [`AsyncId::ROOT`], it is all that no other resource caused, and what that caused.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let request = AsyncResource::new("request");
    /// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
    /// let _other = AsyncResource::new("other");
    ///
    /// let recording = recorder.recording();
    /// let caused = Vec::from_iter(recording.descendants(request.async_id()).map(|life| life.async_id()));
    /// assert_eq!(caused, [request.async_id(), query.async_id()]);
    /// ```
    #[must_use]
    pub fn descendants(&self, id: AsyncId) -> CausalTree<'_> {
        let lifetimes = &self.contents.lifetimes;
        let roots = match (lifetimes.binary_search_by_key(&id, Lifetime::async_id), id) {
            (Ok(place), _) => vec![place as u32],
            (Err(_), AsyncId::ROOT) => self.contents.children.of(lifetimes, Some(AsyncId::ROOT)).to_vec(),
            _ => Vec::new(),
        };
        CausalTree { nodes: self.below(roots, |_| true).into_iter() }
    }

    /// Returns all resources, each below its trigger.
    ///
    /// One whose trigger is not in the recording begins a tree.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let request = AsyncResource::new("request");
    /// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
    ///
    /// let recording = recorder.recording();
    /// let depths = Vec::from_iter(recording.tree().with_depths().map(|(depth, life)| (life.async_id(), depth)));
    /// assert_eq!(depths, [(request.async_id(), 0), (query.async_id(), 1)]);
    /// ```
    #[must_use]
    pub fn tree(&self) -> CausalTree<'_> {
        let lifetimes = &self.contents.lifetimes;
        let has_trigger = |life: &Lifetime| life.trigger.is_some_and(|trigger| self.lifetime(trigger).is_some());
        let places = || 0..u32::try_from(lifetimes.len()).unwrap_or(u32::MAX);
        let roots = places().filter(|place| !has_trigger(&lifetimes[*place as usize]));
        // Triggers that go in a circle have no root: whatever is left begins a tree where its smallest id is.
        CausalTree { nodes: self.below(roots.chain(places()).collect(), |_| true).into_iter() }
    }

    /// The lifetimes that `is_shown`, as trees below these places, with their depths.
    ///
    /// Triggers that go in a circle, which a file may claim, are followed once.
    pub(crate) fn below(&self, roots: Vec<u32>, is_shown: impl Fn(&Lifetime) -> bool) -> Vec<(usize, &Lifetime)> {
        let lifetimes = &self.contents.lifetimes;
        let mut seen = vec![false; lifetimes.len()];
        let mut nodes = Vec::new();
        let mut next = Vec::from_iter(roots.into_iter().rev().map(|root| (0, root)));
        while let Some((depth, place)) = next.pop() {
            let (Some(life), Some(seen)) = (lifetimes.get(place as usize), seen.get_mut(place as usize)) else {
                continue;
            };
            if std::mem::replace(seen, true) || !is_shown(life) {
                continue;
            }
            nodes.push((depth, life));
            let children = self.contents.children.of(lifetimes, Some(life.async_id));
            next.extend(children.iter().rev().map(|child| (depth + 1, *child)));
        }
        nodes
    }
}

impl<'a> CausalTree<'a> {
    /// Returns the lifetimes that are left to visit, without visiting them.
    pub fn iter(&self) -> impl Iterator<Item = &'a Lifetime> + '_ {
        self.nodes.as_slice().iter().map(|(_, life)| *life)
    }

    /// Returns the lifetimes that are left to visit, with how far each is below the first.
    pub fn with_depths(&self) -> impl Iterator<Item = (usize, &'a Lifetime)> + '_ {
        self.nodes.as_slice().iter().copied()
    }
}

impl<'a> Iterator for CausalTree<'a> {
    type Item = &'a Lifetime;

    fn next(&mut self) -> Option<&'a Lifetime> {
        self.nodes.next().map(|(_, life)| life)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.nodes.size_hint()
    }
}

impl ExactSizeIterator for CausalTree<'_> {}

impl fmt::Display for CausalTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_tree(f, self.nodes.as_slice(), |_| String::new())
    }
}

//! Which lifetimes are in the trace of each root.
//!
//! One list for all: lists of their own would be an allocation, and more as they grow, for each request.

use std::mem;

use async_hooks_recorder::Lifetime;

/// Lifetimes with the numbers of their roots; then grouped by these.
pub(super) struct Members<'a> {
    of_roots: Vec<(usize, &'a Lifetime)>,
    /// Where those of each root end in `grouped`, once they are.
    ends: Vec<usize>,
    grouped: Vec<&'a Lifetime>,
}

impl<'a> Members<'a> {
    pub(super) fn new(lives: usize) -> Members<'a> {
        Members { of_roots: Vec::with_capacity(lives), ends: Vec::new(), grouped: Vec::new() }
    }

    pub(super) fn push(&mut self, root: usize, life: &'a Lifetime) {
        self.of_roots.push((root, life));
    }

    /// Groups them by the numbers of their roots, and keeps the order of those of one root.
    pub(super) fn group(&mut self, roots: usize) {
        let Some((_, any)) = self.of_roots.first() else { return self.ends.resize(roots, 0) };
        let mut places = vec![0; roots];
        self.of_roots.iter().for_each(|(root, _)| places[*root] += 1);
        let mut from = 0;
        places.iter_mut().for_each(|place| from += mem::replace(place, from));
        self.grouped = vec![any; self.of_roots.len()];
        for (root, life) in &self.of_roots {
            self.grouped[places[*root]] = life;
            places[*root] += 1;
        }
        self.ends = places;
    }

    pub(super) fn of(&self, root: usize) -> &[&'a Lifetime] {
        let start = root.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.grouped[start..self.ends[root]]
    }
}

//! Parents and children of a tree, computed without recursion.
//!
//! A chain of triggers may be a million long.

use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::AsyncId;

use crate::alive::live_resource::LiveResource;

/// Parents and children, as positions in the list of the living; `NONE` if there is none.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// For each trigger that is not in the list, the first of its resources.
    tops: BTreeMap<AsyncId, usize>,
    first_child: Vec<usize>,
    next_sibling: Vec<usize>,
}

const NONE: usize = usize::MAX;

/// A line of the drawn tree.
pub(super) enum DrawnLine<'a> {
    /// A trigger that is not in the list, above its resources.
    Absent { trigger: AsyncId, first_child: usize },
    /// A resource, and what is drawn to its left.
    Resource { at: usize, prefix: &'a str, is_last: bool },
    /// The number of resources that are too deep to be drawn.
    TooDeep { prefix: &'a str, count: usize },
}

impl DrawnLine<'_> {
    /// The number of resources that the line stands for.
    pub(super) fn resources(&self) -> usize {
        match self {
            DrawnLine::Absent { .. } => 0,
            DrawnLine::Resource { .. } => 1,
            DrawnLine::TooDeep { count, .. } => *count,
        }
    }
}

impl Shape {
    /// `live` is sorted by id.
    pub(super) fn new(live: &[LiveResource]) -> Shape {
        // Ids alone are a list that fits into the caches.
        let ids: Vec<AsyncId> = live.iter().map(|live| live.resource().async_id()).collect();
        let parents = without_circles(live.iter().map(|child| position(&ids, trigger(child))).collect());
        let none = || vec![NONE; live.len()];
        let mut shape = Shape { tops: BTreeMap::new(), first_child: none(), next_sibling: none() };
        // From the end, so that each list of siblings comes out sorted.
        for (at, parent) in parents.into_iter().enumerate().rev() {
            let first_child = match parent {
                NONE => shape.tops.entry(trigger(&live[at])).or_insert(NONE),
                parent => &mut shape.first_child[parent],
            };
            shape.next_sibling[at] = std::mem::replace(first_child, at);
        }
        shape
    }

    /// Visits every line from the top, down to `depth`.
    pub(super) fn walk(&self, depth: usize, mut visit: impl FnMut(DrawnLine<'_>) -> fmt::Result) -> fmt::Result {
        for (trigger, first_child) in &self.tops {
            visit(DrawnLine::Absent { trigger: *trigger, first_child: *first_child })?;
            self.walk_from(*first_child, depth, &mut visit)?;
        }
        Ok(())
    }

    fn walk_from(
        &self,
        first: usize,
        depth: usize,
        visit: &mut impl FnMut(DrawnLine<'_>) -> fmt::Result,
    ) -> fmt::Result {
        let mut prefix = Prefix::default();
        let mut waiting = vec![(first, 0)];
        while let Some((at, steps)) = waiting.pop() {
            let (next, child) = (self.next_sibling[at], self.first_child[at]);
            prefix.truncate(steps);
            visit(DrawnLine::Resource { at, prefix: prefix.as_str(), is_last: next == NONE })?;
            prefix.push(next == NONE);
            waiting.extend((next != NONE).then_some((next, steps)));
            if child != NONE && steps + 1 < depth {
                waiting.push((child, steps + 1));
            } else if child != NONE {
                visit(DrawnLine::TooDeep { prefix: prefix.as_str(), count: self.count_from(child) })?;
            }
        }
        Ok(())
    }

    /// The number of these siblings and of all resources below them.
    fn count_from(&self, first: usize) -> usize {
        let (mut count, mut waiting) = (0, vec![first]);
        while let Some(at) = waiting.pop() {
            count += 1;
            waiting.extend([self.next_sibling[at], self.first_child[at]].into_iter().filter(|at| *at != NONE));
        }
        count
    }
}

fn trigger(live: &LiveResource) -> AsyncId {
    live.resource().trigger_async_id().unwrap_or(AsyncId::ROOT)
}

fn position(ids: &[AsyncId], id: AsyncId) -> usize {
    if id == AsyncId::ROOT { NONE } else { ids.binary_search(&id).unwrap_or(NONE) }
}

/// Removes the parent of one member of each circle, the first in the list.
///
/// Each step up is taken once.
fn without_circles(mut parents: Vec<usize>) -> Vec<usize> {
    const UNSEEN: usize = NONE;
    // The start from which each was reached.
    let mut reached_from = vec![UNSEEN; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while at != NONE && reached_from[at] == UNSEEN {
            reached_from[at] = start;
            at = parents[at];
        }
        // The walk from this start has closed a circle.
        if at != NONE && reached_from[at] == start {
            let first = first_of_circle(&parents, at);
            parents[first] = NONE;
        }
    }
    parents
}

fn first_of_circle(parents: &[usize], member: usize) -> usize {
    let around = std::iter::successors(Some(parents[member]), |at| Some(parents[*at]));
    around.take_while(|at| *at != member).fold(member, usize::min)
}

/// The vertical lines to the left of a resource.
#[derive(Default)]
struct Prefix {
    text: String,
    /// The length of the text before each level.
    lengths: Vec<usize>,
}

impl Prefix {
    fn as_str(&self) -> &str {
        &self.text
    }

    fn push(&mut self, is_last: bool) {
        self.lengths.push(self.text.len());
        self.text += if is_last { "   " } else { "│  " };
    }

    fn truncate(&mut self, steps: usize) {
        if let Some(length) = self.lengths.get(steps) {
            self.text.truncate(*length);
            self.lengths.truncate(steps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_opened_at_its_first_member_and_nowhere_else() {
        for (parents, expected) in [
            (vec![NONE, 0, 1], vec![NONE, 0, 1]),
            (vec![0], vec![NONE]),
            (vec![1, 0], vec![NONE, 0]),
            (vec![2, 0, 1, 2, 3], vec![NONE, 0, 1, 2, 3]),
            (vec![3, 0, 3, 2], vec![3, 0, NONE, 2]),
            (vec![NONE, 2, 1, 0, 4], vec![NONE, NONE, 1, 0, NONE]),
        ] {
            assert_eq!(without_circles(parents.clone()), expected, "{parents:?}");
        }
    }

    #[test]
    fn a_circle_of_a_million_is_opened_once() {
        let parents = (0..1_000_000).map(|at| (at + 1) % 1_000_000).collect();
        let opened = without_circles(parents);
        assert_eq!(opened.iter().filter(|parent| **parent == NONE).count(), 1);
        assert_eq!(opened[0], NONE);
    }
}

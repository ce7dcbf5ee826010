//! Who stands below whom, worked out without recursion: a chain of triggers may be a million long.

use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::AsyncId;

use crate::alive::live_resource::LiveResource;

/// Who stands below whom; by position in the list of the living, `NOBODY` where there is none.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// The first of those whose trigger is not in the list, by that trigger.
    tops: BTreeMap<AsyncId, usize>,
    first_child: Vec<usize>,
    next_sibling: Vec<usize>,
}

const NOBODY: usize = usize::MAX;

/// What a walk comes across.
pub(super) enum Step<'a> {
    /// A trigger that is not in the list, above what it triggered.
    Absent { trigger: AsyncId, first_child: usize },
    /// A resource, and what is drawn to the left of it.
    Resource { at: usize, prefix: &'a str, is_last: bool },
    /// So many are below, too deep to be drawn.
    TooDeep { prefix: &'a str, count: usize },
}

impl Shape {
    /// `live` is sorted by id.
    pub(super) fn new(live: &[LiveResource]) -> Shape {
        // Searched in a list of their own, which fits into the caches.
        let ids: Vec<AsyncId> = live.iter().map(|live| live.resource().async_id()).collect();
        let parents = without_circles(live.iter().map(|child| position(&ids, trigger(child))).collect());
        let nobody = || vec![NOBODY; live.len()];
        let mut shape = Shape { tops: BTreeMap::new(), first_child: nobody(), next_sibling: nobody() };
        // From the end, so that each list of siblings comes out sorted.
        for (at, parent) in parents.into_iter().enumerate().rev() {
            let first_child = match parent {
                NOBODY => shape.tops.entry(trigger(&live[at])).or_insert(NOBODY),
                parent => &mut shape.first_child[parent],
            };
            shape.next_sibling[at] = std::mem::replace(first_child, at);
        }
        shape
    }

    /// Visits everybody from the top, each before those below it, down to `depth`.
    pub(super) fn walk(&self, depth: usize, mut visit: impl FnMut(Step<'_>) -> fmt::Result) -> fmt::Result {
        for (trigger, first_child) in &self.tops {
            visit(Step::Absent { trigger: *trigger, first_child: *first_child })?;
            self.walk_from(*first_child, depth, &mut visit)?;
        }
        Ok(())
    }

    fn walk_from(&self, first: usize, depth: usize, visit: &mut impl FnMut(Step<'_>) -> fmt::Result) -> fmt::Result {
        let mut prefix = Prefix::default();
        let mut waiting = vec![(first, 0)];
        while let Some((at, steps)) = waiting.pop() {
            let (next, child) = (self.next_sibling[at], self.first_child[at]);
            prefix.truncate(steps);
            visit(Step::Resource { at, prefix: prefix.as_str(), is_last: next == NOBODY })?;
            prefix.push(next == NOBODY);
            waiting.extend((next != NOBODY).then_some((next, steps)));
            if child != NOBODY && steps + 1 < depth {
                waiting.push((child, steps + 1));
            } else if child != NOBODY {
                visit(Step::TooDeep { prefix: prefix.as_str(), count: self.count_from(child) })?;
            }
        }
        Ok(())
    }

    /// How many there are among these siblings and below them.
    fn count_from(&self, first: usize) -> usize {
        let (mut count, mut waiting) = (0, vec![first]);
        while let Some(at) = waiting.pop() {
            count += 1;
            waiting.extend([self.next_sibling[at], self.first_child[at]].into_iter().filter(|at| *at != NOBODY));
        }
        count
    }
}

fn trigger(live: &LiveResource) -> AsyncId {
    live.resource().trigger_async_id().unwrap_or(AsyncId::ROOT)
}

fn position(ids: &[AsyncId], id: AsyncId) -> usize {
    if id == AsyncId::ROOT { NOBODY } else { ids.binary_search(&id).unwrap_or(NOBODY) }
}

/// Takes the parent from one member of each circle, the first in the list. Each step up is taken once.
fn without_circles(mut parents: Vec<usize>) -> Vec<usize> {
    const UNSEEN: usize = NOBODY;
    // From which start each was reached.
    let mut reached_from = vec![UNSEEN; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while at != NOBODY && reached_from[at] == UNSEEN {
            reached_from[at] = start;
            at = parents[at];
        }
        // Back where this very walk has been.
        if at != NOBODY && reached_from[at] == start {
            let first = first_of_circle(&parents, at);
            parents[first] = NOBODY;
        }
    }
    parents
}

fn first_of_circle(parents: &[usize], member: usize) -> usize {
    let around = std::iter::successors(Some(parents[member]), |at| Some(parents[*at]));
    around.take_while(|at| *at != member).fold(member, usize::min)
}

/// The lines that lead past a resource to those further down.
#[derive(Default)]
struct Prefix {
    text: String,
    /// How long the text was before each step.
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
            (vec![NOBODY, 0, 1], vec![NOBODY, 0, 1]),
            (vec![0], vec![NOBODY]),
            (vec![1, 0], vec![NOBODY, 0]),
            (vec![2, 0, 1, 2, 3], vec![NOBODY, 0, 1, 2, 3]),
            (vec![3, 0, 3, 2], vec![3, 0, NOBODY, 2]),
            (vec![NOBODY, 2, 1, 0, 4], vec![NOBODY, NOBODY, 1, 0, NOBODY]),
        ] {
            assert_eq!(without_circles(parents.clone()), expected, "{parents:?}");
        }
    }

    #[test]
    fn a_circle_of_a_million_is_opened_at_once() {
        let parents = (0..1_000_000).map(|at| (at + 1) % 1_000_000).collect();
        let opened = without_circles(parents);
        assert_eq!(opened.iter().filter(|parent| **parent == NOBODY).count(), 1);
        assert_eq!(opened[0], NOBODY);
    }
}

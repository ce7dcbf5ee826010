//! The descendants of one leak test, and what can be said of them.

use std::sync::Arc;

use crate::alive::clock::Moment;
use crate::alive::descent::Ancestor;
use crate::alive::live_resource::LiveResource;
use crate::alive::tree::Tree;
use crate::alive::watch::Watch;
use crate::ignore::Ignore;
use crate::leaks::group::{self, by_site};
use crate::leaks::leak::{Leak, LeakReport};

/// A test's descendants, from its beginning on.
pub(crate) struct Family {
    watch: Watch,
    ancestor: Arc<Ancestor>,
}

impl Family {
    pub(crate) fn new(watch: Watch) -> Family {
        Family { watch, ancestor: Ancestor::new() }
    }

    pub(crate) fn ancestor(&self) -> &Arc<Ancestor> {
        &self.ancestor
    }

    /// How many are alive; looks at nothing but a number.
    pub(crate) fn alive(&self) -> usize {
        self.ancestor.alive()
    }

    /// Those that are alive and may not be.
    pub(crate) fn leaks(&self, ignore: &Ignore) -> LeakReport {
        let mut alive = group::gather(self.watch.generation(), |record| record.descends_from(&self.ancestor));
        alive.retain(|alive| !ignore.is_ignored(&alive.resource));
        let now = Moment::now();
        LeakReport::new(by_site(alive).into_values().filter_map(|group| Leak::new(group, now, |_| None)))
    }

    /// Those that are alive, each below what triggered it.
    pub(crate) fn tree(&self) -> Tree {
        Tree::new(LiveResource::all(self.watch.generation(), |record| record.descends_from(&self.ancestor)))
    }
}

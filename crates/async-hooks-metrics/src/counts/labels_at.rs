//! The labels of what others count by kind and line.

use async_hooks_core::Location;

use crate::counts::counts::{Counts, Labels, OTHER, hash, hash_text, is_site};

impl Counts {
    /// The labels of resources of this kind and line.
    ///
    /// Those of the rest, if they are not counted apart.
    pub(crate) fn labels_at(&self, kind: &str, location: Location) -> Labels {
        let place = self.sites.find(hash(kind, location), |site| is_site(site, kind, location));
        if let Some(site) = place.and_then(|place| self.sites.get(place)) {
            return self.labels_of(site);
        }
        let place = self.kinds.find(hash_text(kind), |known| known.kind == kind);
        Labels::other_site(place.and_then(|place| self.kinds.get(place)).map_or(OTHER, |known| known.kind))
    }
}

//! All counts of one handle.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_hooks_core::{Location, Resource};
use metrics::SharedString;

use crate::counts::fixed_table::FixedTable;
use crate::counts::kind_counts::KindCounts;
use crate::counts::site_counts::{Site, SiteCounts, site_label};

/// More kinds than this are counted together.
const KINDS: usize = 64;

/// The label of what is beyond a limit.
pub(crate) const OTHER: &str = "other";

pub(crate) struct Counts {
    pub(super) kinds: FixedTable<KindCounts>,
    other_kinds: KindCounts,
    pub(super) sites: FixedTable<Site>,
}

/// Where a resource is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Site(usize),
    /// Its site is beyond the limit; the kind is not.
    Kind(usize),
    Other,
}

/// What tells the series of one name apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Labels {
    pub(crate) kind: &'static str,
    pub(crate) site: SharedString,
}

impl Labels {
    pub(crate) fn other_site(kind: &'static str) -> Labels {
        Labels { kind, site: SharedString::const_str(OTHER) }
    }
}

impl Counts {
    pub(crate) fn new(spawn_sites: usize) -> Counts {
        Counts {
            kinds: FixedTable::new(KINDS),
            other_kinds: KindCounts::new(OTHER),
            sites: FixedTable::new(spawn_sites),
        }
    }

    /// Where this resource is counted. Takes no lock but for the first resource of a site.
    #[inline]
    pub(crate) fn place_of(&self, resource: &Resource) -> Place {
        let (kind, location) = (resource.kind(), resource.location());
        let is_it = |site: &Site| is_site(site, kind, location);
        let make = || self.make_site(kind, location);
        match self.sites.place_of(hash(kind, location), is_it, make) {
            Some(place) => Place::Site(place),
            None => self.kind_place(kind).map_or(Place::Other, Place::Kind),
        }
    }

    #[cold]
    fn make_site(&self, kind: &'static str, location: Location) -> Site {
        let kind_place = self.kind_place(kind).unwrap_or(usize::MAX);
        Site { kind, location, kind_place, label: site_label(location), counts: SiteCounts::default() }
    }

    fn kind_place(&self, kind: &'static str) -> Option<usize> {
        self.kinds.place_of(hash_text(kind), |known| known.kind == kind, || KindCounts::new(kind))
    }

    pub(crate) fn site(&self, place: Place) -> &SiteCounts {
        match place {
            Place::Site(at) => self.sites.get(at).map_or(&self.other_kinds.other_sites, |site| &site.counts),
            Place::Kind(_) | Place::Other => &self.kind(place).other_sites,
        }
    }

    pub(crate) fn kind(&self, place: Place) -> &KindCounts {
        let at = match place {
            Place::Site(at) => self.sites.get(at).map(|site| site.kind_place),
            Place::Kind(at) => Some(at),
            Place::Other => None,
        };
        at.and_then(|at| self.kinds.get(at)).unwrap_or(&self.other_kinds)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &KindCounts> {
        self.kinds.iter().chain([&self.other_kinds])
    }

    /// All counts of sites, with the labels `kind` and `site`.
    pub(crate) fn labelled(&self) -> impl Iterator<Item = (Labels, &SiteCounts)> {
        let sites = self.sites.iter().map(|site| (self.labels_of(site), &site.counts));
        sites.chain(self.kinds().map(|kind| (Labels::other_site(kind.kind), &kind.other_sites)))
    }

    pub(crate) fn labels_of(&self, site: &Site) -> Labels {
        let kind = self.kinds.get(site.kind_place).map_or(OTHER, |kind| kind.kind);
        Labels { kind, site: SharedString::from(Arc::clone(&site.label)) }
    }

    /// Forgets who is alive.
    pub(crate) fn reset_alive(&self) {
        self.labelled().for_each(|(_, site)| site.alive.store(0, Ordering::Relaxed));
    }
}

pub(super) fn is_site(site: &Site, kind: &str, location: Location) -> bool {
    let (known, file) = (site.location, location.file());
    (known.line(), known.column()) == (location.line(), location.column())
        && is_text(site.kind, kind)
        && is_text(known.file(), file)
}

/// Nearly always it is the very same text.
#[inline]
fn is_text(known: &str, text: &str) -> bool {
    std::ptr::eq(known, text) || known == text
}

/// Of numbers that are at hand: reading the name of a file takes longer than the rest.
#[inline]
pub(super) fn hash(kind: &str, location: Location) -> u64 {
    let place = u64::from(location.line()) << 32 | u64::from(location.column());
    mix(place ^ (kind.len() as u64) << 20 ^ (location.file().len() as u64) << 12)
}

pub(super) fn hash_text(text: &str) -> u64 {
    mix(text.bytes().fold(text.len() as u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte))))
}

#[inline]
fn mix(word: u64) -> u64 {
    word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

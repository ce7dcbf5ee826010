//! Numbers for kinds and places, and for names, which are static texts of the program.
//!
//! A thread remembers the numbers that it used, so an event asks the shared table only for what is new to the thread.

use std::collections::HashMap;
use std::mem;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use async_hooks_core::Resource;

use crate::model::site::Site;
use crate::model::text::Text;

/// A kind and a place; or a name, which has no place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct StaticSite {
    kind: &'static str,
    file: &'static str,
    line: u32,
    column: u32,
}

impl StaticSite {
    #[inline]
    pub(crate) fn of(resource: &Resource) -> StaticSite {
        let location = resource.location();
        StaticSite { kind: resource.kind(), file: location.file(), line: location.line(), column: location.column() }
    }

    pub(crate) fn name(name: &'static str) -> StaticSite {
        StaticSite { kind: name, file: "", line: 0, column: 0 }
    }

    pub(crate) fn to_site(self) -> Site {
        Site { kind: Text::Static(self.kind), file: Text::Static(self.file), line: self.line, column: self.column }
    }

    /// Whether both are the same texts in memory, which is compared faster than what they say.
    #[inline]
    fn is_same(&self, other: &StaticSite) -> bool {
        std::ptr::eq(self.kind, other.kind)
            && std::ptr::eq(self.file, other.file)
            && (self.line, self.column) == (other.line, other.column)
    }

    #[inline]
    fn hash(&self) -> usize {
        let mixed = self.kind.as_ptr().addr() as u64 ^ (u64::from(self.line) << 32 | u64::from(self.column));
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
    }
}

static TABLE: LazyLock<Mutex<SiteTable>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct SiteTable {
    numbers: HashMap<StaticSite, u32>,
    sites: Vec<StaticSite>,
}

impl SiteTable {
    fn number(&mut self, site: StaticSite) -> u32 {
        *self.numbers.entry(site).or_insert_with(|| {
            self.sites.push(site);
            u32::try_from(self.sites.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

/// Nothing under the lock panics.
fn lock() -> MutexGuard<'static, SiteTable> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All sites, by their numbers.
pub(crate) fn all() -> Vec<StaticSite> {
    lock().sites.clone()
}

/// The sites that a thread has used: a table with open addressing, at most half full.
#[derive(Default)]
pub(crate) struct SiteCache {
    slots: Vec<Option<(StaticSite, u32)>>,
    len: usize,
}

const MIN_SLOTS: usize = 64;

/// A thread that uses more sites than half of this forgets them all, and begins again.
const MAX_SLOTS: usize = 1024;

impl SiteCache {
    pub(crate) const fn new() -> SiteCache {
        SiteCache { slots: Vec::new(), len: 0 }
    }

    /// Returns the number of a site.
    #[inline]
    pub(crate) fn number(&mut self, site: StaticSite) -> u32 {
        let home = site.hash() & self.slots.len().wrapping_sub(1);
        match self.slots.get(home) {
            Some(Some((cached, number))) if cached.is_same(&site) => *number,
            _ => self.look_up(site),
        }
    }

    #[inline(never)]
    fn look_up(&mut self, site: StaticSite) -> u32 {
        if 2 * self.len >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot_of(&site);
        if let Some((_, number)) = self.slots[slot] {
            return number;
        }
        let number = lock().number(site);
        self.slots[slot] = Some((site, number));
        self.len += 1;
        number
    }

    /// The slot of the site, or the free one that it belongs in.
    ///
    /// There is one, as half of them are free.
    fn slot_of(&self, site: &StaticSite) -> usize {
        let (home, mask) = (site.hash(), self.slots.len() - 1);
        let is_its = |slot: &usize| self.slots[*slot].as_ref().is_none_or(|(cached, _)| cached.is_same(site));
        (home..).map(|slot| slot & mask).find(is_its).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self) {
        let slots = (2 * self.slots.len()).max(MIN_SLOTS);
        let kept = if slots > MAX_SLOTS { Vec::new() } else { mem::take(&mut self.slots) };
        self.slots = vec![None; slots.min(MAX_SLOTS)];
        self.len = 0;
        for (site, number) in kept.into_iter().flatten() {
            let slot = self.slot_of(&site);
            self.slots[slot] = Some((site, number));
            self.len += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_keeps_its_number_in_every_cache() {
        let names = ["one", "two", "three"].map(StaticSite::name);
        let mut first = SiteCache::new();
        let numbers = names.map(|name| first.number(name));
        assert_eq!(names.map(|name| SiteCache::new().number(name)), numbers);
        assert_eq!(names.map(|name| first.number(name)), numbers);
        assert_eq!(numbers.map(|number| all()[number as usize]), names);
    }

    #[test]
    fn a_thread_asks_the_shared_table_once_for_each_site() {
        let sites =
            Vec::from_iter((0..MAX_SLOTS as u32 / 2 - 1).map(|line| StaticSite { line, ..StaticSite::name("site") }));
        let mut cache = SiteCache::new();
        let numbers = Vec::from_iter(sites.iter().map(|site| cache.number(*site)));
        let shared = lock();
        assert_eq!(Vec::from_iter(sites.iter().map(|site| cache.number(*site))), numbers);
        drop(shared);
    }

    #[test]
    fn very_many_sites_take_bounded_memory_and_keep_their_numbers() {
        let sites = Vec::from_iter((0..5_000).map(|column| StaticSite { column, ..StaticSite::name("many") }));
        let mut cache = SiteCache::new();
        let numbers = Vec::from_iter(sites.iter().map(|site| cache.number(*site)));
        assert_eq!(Vec::from_iter(sites.iter().map(|site| cache.number(*site))), numbers);
        assert_eq!(cache.slots.len(), MAX_SLOTS);
    }
}

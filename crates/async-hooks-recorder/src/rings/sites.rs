//! Numbers for kinds and places, and for names, which are static texts of the program.
//!
//! A thread remembers the numbers that it used, so an event asks the shared table only for what is new to the thread.

use std::collections::HashMap;
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
    fn slot(&self) -> usize {
        let mixed = self.kind.as_ptr().addr() as u64 ^ (u64::from(self.line) << 32 | u64::from(self.column));
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - SLOT_BITS)) as usize
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

const SLOT_BITS: u32 = 6;

/// The number of slots, from its own on, in which a site can be.
///
/// With one alone, two sites that a program uses in turn may have the same slot, and each event would lock the shared table.
const WAYS: usize = 4;

/// The sites that a thread has used.
#[derive(Default)]
pub(crate) struct SiteCache(Vec<Option<(StaticSite, u32)>>);

impl SiteCache {
    pub(crate) const fn new() -> SiteCache {
        SiteCache(Vec::new())
    }

    /// Returns the number of a site.
    #[inline]
    pub(crate) fn number(&mut self, site: StaticSite) -> u32 {
        match self.0.get(site.slot()) {
            Some(Some((cached, number))) if cached.is_same(&site) => *number,
            _ => self.look_up(site),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_up(&mut self, site: StaticSite) -> u32 {
        let slots = (0..WAYS).map(|way| (site.slot() + way) % (1 << SLOT_BITS));
        let found = |slot: usize| match self.0.get(slot)? {
            Some((cached, number)) if cached.is_same(&site) => Some(*number),
            _ => None,
        };
        if let Some(number) = slots.clone().find_map(found) {
            return number;
        }
        let number = lock().number(site);
        self.0.resize(1 << SLOT_BITS, None);
        // If none is free, the site in its own slot goes.
        let free = slots.clone().find(|slot| self.0.get(*slot).is_some_and(Option::is_none));
        if let Some(slot) = self.0.get_mut(free.unwrap_or(site.slot())) {
            *slot = Some((site, number));
        }
        number
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
    fn sites_of_one_slot_are_all_remembered_and_one_more_takes_the_place_of_the_first() {
        static TEXT: &str = include_str!("sites.rs");
        let all = (0..TEXT.len()).filter_map(|at| TEXT.get(at..=at)).map(StaticSite::name);
        let last_slot = all.filter(|site| site.slot() == (1 << SLOT_BITS) - 1);
        let sites = Vec::from_iter(last_slot.take(WAYS + 1));
        assert_eq!(sites.len(), WAYS + 1);

        let mut cache = SiteCache::new();
        let numbers = Vec::from_iter(sites.iter().map(|site| cache.number(*site)));
        let remembered = sites.iter().map(|site| cache.0.iter().flatten().any(|(cached, _)| cached.is_same(site)));
        assert_eq!(Vec::from_iter(remembered), [false, true, true, true, true]);
        assert_eq!(Vec::from_iter(sites.iter().map(|site| cache.number(*site))), numbers);
    }
}

//! What the resources of each kind and place did, added up.

use std::collections::HashMap;
use std::time::Duration;

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::model::site::Site;
use crate::replay::state::{State, WaitingFor};
use crate::replay::stretches::stretches;
use crate::report::quantiles::Quantiles;

/// All sites of a recording.
pub(crate) struct Sites<'a> {
    pub(crate) all: Vec<SiteSums<'a>>,
}

/// What the resources of one site did.
pub(crate) struct SiteSums<'a> {
    pub(crate) site: &'a Site,
    pub(crate) count: usize,
    pub(crate) alive_at_end: usize,
    pub(crate) panicked: usize,
    pub(crate) life: Duration,
    pub(crate) busy: Duration,
    /// How long each stretch of being ready took until the poll.
    pub(crate) queued: Quantiles,
    pub(crate) waits: HashMap<Whom, Duration>,
    /// Which sites' resources triggered them, and how many.
    pub(crate) triggers: HashMap<Origin, usize>,
}

/// For whom resources of a site waited. A site is named by its place in [`Sites::all`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Whom {
    Site(usize),
    Timer,
    Io,
    Unknown,
}

/// What triggered resources of a site.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Origin {
    Root,
    Site(usize),
    /// It is not in the recording.
    Unknown,
}

impl<'a> Sites<'a> {
    pub(crate) fn of(recording: &'a Recording) -> Sites<'a> {
        let lifetimes = &recording.contents.lifetimes;
        let mut places = HashMap::<&Site, usize>::new();
        let mut all = Vec::new();
        let site_of = Vec::from_iter(lifetimes.iter().map(|life| {
            *places.entry(&life.site).or_insert_with(|| {
                all.push(SiteSums::new(&life.site));
                all.len() - 1
            })
        }));
        let find = |id: AsyncId| {
            let place = lifetimes.binary_search_by_key(&id, Lifetime::async_id).ok()?;
            site_of.get(place).copied()
        };
        for (life, site) in lifetimes.iter().zip(&site_of) {
            all[*site].add(recording, life, find);
        }
        all.iter_mut().for_each(|sums| sums.queued.sort());
        Sites { all }
    }

    /// The places of all sites, those with the most delay first.
    pub(crate) fn by_delay(&self) -> Vec<usize> {
        let mut places = Vec::from_iter(0..self.all.len());
        places.sort_by_key(|place| std::cmp::Reverse(self.all[*place].delay()));
        places
    }
}

impl<'a> SiteSums<'a> {
    fn new(site: &'a Site) -> SiteSums<'a> {
        SiteSums {
            site,
            count: 0,
            alive_at_end: 0,
            panicked: 0,
            life: Duration::ZERO,
            busy: Duration::ZERO,
            queued: Quantiles::default(),
            waits: HashMap::new(),
            triggers: HashMap::new(),
        }
    }

    fn add(&mut self, recording: &Recording, life: &Lifetime, find: impl Fn(AsyncId) -> Option<usize>) {
        let range = recording.range_of(life);
        self.count += 1;
        self.alive_at_end += usize::from(life.end.is_none());
        self.panicked += usize::from(life.panicked());
        self.life = self.life.saturating_add(range.duration());
        self.busy = self.busy.saturating_add(life.busy());
        let origin = match life.trigger {
            Some(AsyncId::ROOT) => Origin::Root,
            trigger => trigger.and_then(&find).map_or(Origin::Unknown, Origin::Site),
        };
        *self.triggers.entry(origin).or_default() += 1;
        for stretch in stretches(recording, life, range) {
            match stretch.state {
                State::Queued => self.queued.add(stretch.range.duration()),
                State::Waiting { for_whom, .. } => {
                    let wait = self.waits.entry(Whom::of(for_whom, &find)).or_default();
                    *wait = wait.saturating_add(stretch.range.duration());
                }
                State::Running { .. } => {}
            }
        }
    }

    /// The time that its resources lived and did not execute.
    pub(crate) fn delay(&self) -> Duration {
        self.life.saturating_sub(self.busy)
    }

    /// For whom they waited, the longest first.
    pub(crate) fn waits_by_duration(&self) -> Vec<(Whom, Duration)> {
        let mut waits = Vec::from_iter(self.waits.iter().map(|(whom, time)| (*whom, *time)));
        waits.sort_by_key(|(whom, time)| (std::cmp::Reverse(*time), *whom));
        waits
    }
}

impl Whom {
    fn of(whom: WaitingFor, find: impl Fn(AsyncId) -> Option<usize>) -> Whom {
        match whom {
            WaitingFor::Resource(id) => find(id).map_or(Whom::Unknown, Whom::Site),
            WaitingFor::Timer => Whom::Timer,
            WaitingFor::Io => Whom::Io,
            WaitingFor::Unknown => Whom::Unknown,
        }
    }
}

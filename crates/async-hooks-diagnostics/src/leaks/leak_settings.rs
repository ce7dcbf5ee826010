//! What the program sets of a leak detector.

use std::time::Duration;

use crate::alive::clock::Moment;
use crate::alive::notes::NoteSettings;
use crate::alive::record::Record;
use crate::leaks::site;
use crate::tool::ignore::Ignore;
use crate::tool::reach::Reach;

#[derive(Clone, Debug)]
pub(crate) struct LeakSettings {
    pub(crate) older_than: Duration,
    pub(crate) orphans_after: Duration,
    pub(crate) ignore: Ignore,
    pub(crate) notes: NoteSettings,
}

impl LeakSettings {
    /// The settings of a detector with a reach of its own.
    pub(crate) fn with_reach(mut self, reach: Reach) -> Self {
        self.notes.reach = Some(reach);
        self
    }

    pub(crate) fn reach(&self) -> Option<&Reach> {
        self.notes.reach.as_ref()
    }

    pub(crate) fn sees(&self, record: &Record) -> bool {
        self.reach().is_some_and(|reach| record.is_within_reach(reach))
    }

    pub(crate) fn is_leak(&self, record: &Record, now: Moment) -> bool {
        let is_old = || now.since(record.born()) >= self.older_than;
        is_old() || site::is_orphan_since(record, now, self.orphans_after)
    }
}

impl Default for LeakSettings {
    fn default() -> Self {
        LeakSettings {
            older_than: Duration::from_secs(60),
            orphans_after: Duration::ZERO,
            ignore: Ignore::default(),
            notes: NoteSettings::default(),
        }
    }
}

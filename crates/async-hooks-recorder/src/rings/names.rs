//! What the numbers in the rings stand for.

use std::collections::HashMap;
use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::assembler::Description;
use crate::model::site::Site;
use crate::model::thread::Thread;
use crate::rings::chunk::CopiedChunk;
use crate::rings::living::Living;
use crate::rings::sites;
use crate::rings::word::UNKNOWN;
use crate::time::timestamp::Timestamp;

/// Sites, names and threads by their numbers.
pub(crate) struct Names {
    sites: Vec<Arc<Site>>,
    texts: Vec<Arc<str>>,
    threads: HashMap<u32, Arc<Thread>>,
}

impl Names {
    pub(crate) fn new(chunks: &[CopiedChunk]) -> Names {
        let sites = Vec::from_iter(sites::all().into_iter().map(|site| Arc::new(site.to_site())));
        let texts = Vec::from_iter(sites.iter().map(|site| Arc::clone(&site.kind)));
        let sections = chunks.iter().flat_map(|chunk| &chunk.sections);
        let threads = sections.map(|section| (section.thread.number, Arc::clone(&section.thread)));
        Names { sites, texts, threads: threads.collect() }
    }

    pub(crate) fn text(&self, number: u32) -> Arc<str> {
        self.texts.get(number as usize).map_or_else(|| Arc::from("unknown"), Arc::clone)
    }

    pub(crate) fn description(&self, living: Living) -> Description {
        let site = self.sites.get(living.site as usize);
        let thread = || self.threads.get(&living.thread).map_or_else(|| Thread::unnamed(living.thread), Arc::clone);
        Description {
            trigger: AsyncId::from_u64(living.trigger),
            site: site.map_or_else(|| Arc::new(Site::unknown()), Arc::clone),
            label: living.label,
            start: (living.start != UNKNOWN).then(|| Timestamp::from_ticks(living.start)),
            end: None,
            created_on: (living.thread != 0).then(thread),
        }
    }
}

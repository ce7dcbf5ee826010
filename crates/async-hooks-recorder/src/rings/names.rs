//! What the numbers in the rings stand for.

use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::assembler::Description;
use crate::model::site::Site;
use crate::model::text::Text;
use crate::model::thread::Thread;
use crate::rings::chunk::CopiedChunk;
use crate::rings::living::Living;
use crate::rings::sites;
use crate::rings::word::UNKNOWN;
use crate::time::timestamp::Timestamp;

/// Sites and threads by their numbers. A name is the kind of a site.
pub(crate) struct Names {
    sites: Vec<Arc<Site>>,
    threads: Vec<Arc<Thread>>,
}

impl Names {
    pub(crate) fn new(chunks: &[CopiedChunk]) -> Names {
        let sites = Vec::from_iter(sites::all().into_iter().map(|site| Arc::new(site.to_site())));
        let sections = chunks.iter().flat_map(|chunk| &chunk.sections);
        let mut threads = Vec::from_iter(sections.map(|section| Arc::clone(&section.thread)));
        threads.sort_unstable_by_key(|thread| thread.number);
        threads.dedup_by_key(|thread| thread.number);
        Names { sites, threads }
    }

    pub(crate) fn text(&self, number: u32) -> Text {
        self.sites.get(number as usize).map_or(Text::Static("unknown"), |site| site.kind.clone())
    }

    pub(crate) fn description(&self, living: Living) -> Description {
        let site = self.sites.get(living.site as usize);
        Description {
            trigger: AsyncId::from_u64(living.trigger),
            site: site.map_or_else(|| Arc::new(Site::unknown()), Arc::clone),
            label: living.label,
            start: (living.start != UNKNOWN).then(|| Timestamp::from_ticks(living.start)),
            end: None,
            created_on: (living.thread != 0).then(|| self.thread(living.thread)),
        }
    }

    fn thread(&self, number: u32) -> Arc<Thread> {
        let found = self.threads.binary_search_by_key(&number, |thread| thread.number);
        found.map_or_else(|_| Thread::unnamed(number), |place| Arc::clone(&self.threads[place]))
    }
}

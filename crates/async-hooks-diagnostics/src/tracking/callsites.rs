//! Callsites of spans for a log target that is known at run time only.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};

pub(crate) const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// A callsite lives for ever, so there is a limit.
const TARGETS: usize = 32;

type Sites = [&'static Metadata<'static>; LEVELS.len()];

/// The metadata of a span at each of the levels, made at the first call for a target.
///
/// `None` if there are too many targets already.
pub(crate) fn of_target(target: &str) -> Option<Sites> {
    static TARGETS_TRIED: Mutex<BTreeMap<String, Sites>> = Mutex::new(BTreeMap::new());
    let known = || TARGETS_TRIED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sites) = known().get(target) {
        return Some(*sites);
    }
    if known().len() >= TARGETS {
        return None;
    }
    // Registered without the lock: subscribers are asked about it.
    let sites = register(target);
    known().insert(target.to_owned(), sites);
    Some(sites)
}

fn register(target: &str) -> Sites {
    let target: &'static str = Box::leak(Box::from(target));
    LEVELS.map(|level| LevelCallsite::register(target, level))
}

struct LevelCallsite {
    metadata: OnceLock<Metadata<'static>>,
}

impl LevelCallsite {
    fn register(target: &'static str, level: Level) -> &'static Metadata<'static> {
        let site: &'static LevelCallsite = Box::leak(Box::new(LevelCallsite { metadata: OnceLock::new() }));
        let fields = FieldSet::new(&[], Identifier(site));
        let metadata =
            Metadata::new("tracking_report", target, level, Some(file!()), Some(line!()), None, fields, Kind::SPAN);
        let metadata = site.metadata.get_or_init(|| metadata);
        callsite::register(site);
        metadata
    }
}

impl Callsite for LevelCallsite {
    /// It is asked each time whether the span is enabled.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        static UNSET: LevelCallsite = LevelCallsite { metadata: OnceLock::new() };
        let nobody = || {
            Metadata::new(
                "tracking_report",
                "",
                Level::TRACE,
                None,
                None,
                None,
                FieldSet::new(&[], Identifier(&UNSET)),
                Kind::SPAN,
            )
        };
        self.metadata.get_or_init(nobody)
    }
}

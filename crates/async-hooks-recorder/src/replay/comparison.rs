//! What differs between two recordings.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_hooks_tools::{Escaped, HumanDuration};

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::model::site::Site;

/// Two recordings side by side, for each kind and place that creates resources.
///
/// Displays as a table.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let earlier = recorder.recording();
/// let made = ["compared", "compared"].map(AsyncResource::new);
/// let comparison = recorder.recording().compare(&earlier);
///
/// let site = comparison.sites().iter().find(|site| site.kind() == "compared").unwrap();
/// assert_eq!((site.earlier().count(), site.later().count()), (0, made.len()));
/// ```
#[derive(Clone, Debug)]
pub struct Comparison {
    sites: Vec<ComparedSite>,
}

/// A kind, and a place that creates resources of it, in two recordings.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let query = || AsyncResource::new("query");
/// let first = query();
/// let earlier = recorder.recording();
/// let _more = [query(), query()];
///
/// let comparison = recorder.recording().compare(&earlier);
/// let [site] = comparison.sites() else { panic!("{comparison}") };
/// let location = first.resource().location();
/// assert_eq!((site.kind(), site.file()), ("query", location.file()));
/// assert_eq!((site.line(), site.column()), (location.line(), location.column()));
/// assert_eq!((site.earlier().count(), site.later().count()), (1, 3));
/// ```
#[derive(Clone, Debug)]
pub struct ComparedSite {
    site: Site,
    earlier: SiteTotals,
    later: SiteTotals,
}

/// What the resources of one kind and place did, added up.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// for query in [(); 2].map(|()| AsyncResource::new("query")) {
///     query.run_in_async_scope(|| ());
/// }
///
/// let recording = recorder.recording();
/// let comparison = recording.compare(&recording);
/// let totals = comparison.sites()[0].later();
/// assert_eq!((totals.count(), totals.mean()), (2, totals.alive() / 2));
/// assert!(totals.busy() <= totals.alive());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SiteTotals {
    count: usize,
    alive: Duration,
    busy: Duration,
}

impl Recording {
    /// Compares this recording with an earlier one.
    ///
    /// What was created more often, lived longer, took more time.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let earlier = recorder.recording();
    /// let query = AsyncResource::new("compared query");
    /// let text = recorder.recording().compare(&earlier).to_string();
    /// assert!(text.contains("compared query"), "{text}");
    /// ```
    #[must_use]
    pub fn compare(&self, earlier: &Recording) -> Comparison {
        let (mut before, mut after) = (totals(earlier), totals(self));
        let keys = Vec::from_iter(before.keys().chain(after.keys()).copied());
        let mut sites = Vec::new();
        for key in keys {
            let found = (before.remove(&key), after.remove(&key));
            let Some((_, site)) = found.0.or(found.1) else { continue };
            let total = |found: Option<(SiteTotals, &Site)>| found.map(|(totals, _)| totals).unwrap_or_default();
            sites.push(ComparedSite { site: site.clone(), earlier: total(found.0), later: total(found.1) });
        }
        sites.sort_by_key(|site| std::cmp::Reverse(site.earlier.alive.abs_diff(site.later.alive)));
        Comparison { sites }
    }
}

type SiteKey<'a> = (&'a str, &'a str, u32, u32);

fn totals(recording: &Recording) -> BTreeMap<SiteKey<'_>, (SiteTotals, &Site)> {
    let mut sites = BTreeMap::<SiteKey<'_>, (SiteTotals, &Site)>::new();
    for life in recording.lifetimes() {
        let site = &*life.site;
        let key = (&*site.kind, &*site.file, site.line, site.column);
        sites.entry(key).or_insert((SiteTotals::default(), site)).0.add(recording, life);
    }
    sites
}

impl SiteTotals {
    fn add(&mut self, recording: &Recording, life: &Lifetime) {
        self.count += 1;
        self.alive = self.alive.saturating_add(recording.range_of(life).duration());
        self.busy = self.busy.saturating_add(life.busy());
    }

    /// Returns the number of resources.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the sum of their lives.
    #[must_use]
    pub fn alive(&self) -> Duration {
        self.alive
    }

    /// Returns the sum of the time that they executed.
    #[must_use]
    pub fn busy(&self) -> Duration {
        self.busy
    }

    /// Returns how long they lived on average.
    #[must_use]
    pub fn mean(&self) -> Duration {
        u32::try_from(self.count).ok().and_then(|count| self.alive.checked_div(count)).unwrap_or_default()
    }
}

impl Comparison {
    /// Returns the kinds and places, those whose lives changed most first.
    #[must_use]
    pub fn sites(&self) -> &[ComparedSite] {
        &self.sites
    }
}

impl ComparedSite {
    /// Returns the kind of its resources.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.site.kind
    }

    /// Returns the source file that creates them.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.site.file
    }

    /// Returns the line that creates them.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.site.line
    }

    /// Returns the column that creates them.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.site.column
    }

    /// Returns what its resources did in the earlier recording.
    #[must_use]
    pub fn earlier(&self) -> SiteTotals {
        self.earlier
    }

    /// Returns what its resources did in the later recording.
    #[must_use]
    pub fn later(&self) -> SiteTotals {
        self.later
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>10}  {:>10}  {:>10}  {:>10}", "count", "was", "mean life", "was")?;
        for ComparedSite { site, earlier, later } in &self.sites {
            let (mean, was) = (HumanDuration(later.mean()), HumanDuration(earlier.mean()));
            write!(f, "{:>10}  {:>10}  {mean:>10}  {was:>10}  ", later.count, earlier.count)?;
            writeln!(f, "{}  {}:{}:{}", Escaped(&site.kind), Escaped(&site.file), site.line, site.column)?;
        }
        Ok(())
    }
}

//! Writes series to the exporter.

use metrics::{Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit};

use crate::counts::counts::Labels;

/// What the facade asks of each series; exporters may filter by it.
static METADATA: Metadata<'static> = Metadata::new("async_hooks", Level::INFO, None);

/// The exporter, for one publication.
pub(crate) struct Series<'a>(pub(crate) &'a dyn Recorder);

impl Series<'_> {
    /// Publishes a count as it is.
    ///
    /// Whatever was published before, and to whom, it is right afterwards.
    pub(crate) fn counter(&self, name: &'static str, labels: Vec<Label>, count: u64) {
        self.0.register_counter(&Key::from_parts(name, labels), &METADATA).absolute(count);
    }

    /// As [`counter`](Self::counter), unless nothing was counted.
    pub(crate) fn counter_if_any(&self, name: &'static str, labels: impl FnOnce() -> Vec<Label>, count: u64) {
        if count > 0 {
            self.counter(name, labels(), count);
        }
    }

    pub(crate) fn gauge(&self, name: &'static str, labels: Vec<Label>, value: u64) {
        self.0.register_gauge(&Key::from_parts(name, labels), &METADATA).set(value as f64);
    }

    pub(crate) fn histogram(
        &self,
        name: &'static str,
        labels: impl FnOnce() -> Vec<Label>,
        values: impl Iterator<Item = (f64, usize)>,
    ) {
        let mut values = values.peekable();
        if values.peek().is_some() {
            let histogram = self.0.register_histogram(&Key::from_parts(name, labels()), &METADATA);
            values.for_each(|(value, count)| histogram.record_many(value, count));
        }
    }

    pub(crate) fn describe_gauge(&self, name: &'static str, text: &'static str) {
        self.0.describe_gauge(KeyName::from(name), Some(Unit::Count), text.into());
    }

    pub(crate) fn describe_counter(&self, name: &'static str, unit: Unit, text: &'static str) {
        self.0.describe_counter(KeyName::from(name), Some(unit), text.into());
    }

    pub(crate) fn describe_histogram(&self, name: &'static str, text: &'static str) {
        self.0.describe_histogram(KeyName::from(name), Some(Unit::Seconds), text.into());
    }
}

/// The label of a kind.
pub(crate) fn of_kind(kind: &'static str) -> Vec<Label> {
    vec![Label::new("kind", kind)]
}

/// The labels of a site, and more.
pub(crate) fn of_site(labels: &Labels, more: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Label> {
    let site = [Label::new("kind", labels.kind), Label::new("site", SharedString::clone(&labels.site))];
    site.into_iter().chain(more.into_iter().map(|(name, value)| Label::new(name, value))).collect()
}

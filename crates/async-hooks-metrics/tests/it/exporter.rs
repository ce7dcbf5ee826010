//! An exporter that a test can read, and series that it holds.

use std::collections::BTreeMap;

use async_hooks_metrics::Metrics;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

/// What was published, by name and labels.
pub(crate) struct Published(pub(crate) BTreeMap<(String, BTreeMap<String, String>), DebugValue>);

/// Publishes to an exporter of its own.
///
/// Other tests run at the same time, and their resources are counted as well: ask for kinds of your own.
pub(crate) fn publish(metrics: &Metrics) -> Published {
    let exporter = DebuggingRecorder::new();
    metrics::with_local_recorder(&exporter, || metrics.flush());
    let series = exporter.snapshotter().snapshot().into_vec().into_iter().map(|(key, _, _, value)| {
        let labels = key.key().labels().map(|label| (label.key().to_owned(), label.value().to_owned()));
        ((key.key().name().to_owned(), labels.collect()), value)
    });
    Published(series.collect())
}

impl Published {
    /// The series of a name and a kind.
    pub(crate) fn of<'a>(
        &'a self,
        name: &str,
        kind: &str,
    ) -> impl Iterator<Item = (&'a BTreeMap<String, String>, &'a DebugValue)> {
        let name = format!("async_hooks_{name}");
        let is_it = move |labels: &BTreeMap<String, String>| labels.get("kind").is_some_and(|known| known == kind);
        self.0
            .iter()
            .filter(move |((known, labels), _)| *known == name && is_it(labels))
            .map(|((_, labels), value)| (labels, value))
    }

    /// The sum over the sites of a kind.
    pub(crate) fn sum(&self, name: &str, kind: &str) -> f64 {
        self.of(name, kind).map(|(_, value)| number(value)).sum()
    }

    /// The same, of those that ended this way.
    #[allow(dead_code, reason = "not every test binary asks it")]
    pub(crate) fn ended(&self, kind: &str, ending: &str) -> f64 {
        let of_ending = self.of("resources_ended_total", kind).filter(|(labels, _)| labels["ending"] == ending);
        of_ending.map(|(_, value)| number(value)).sum()
    }
}

fn number(value: &DebugValue) -> f64 {
    match value {
        DebugValue::Counter(count) => *count as f64,
        DebugValue::Gauge(value) => value.into_inner(),
        DebugValue::Histogram(values) => values.len() as f64,
    }
}

//! How often the value of a local got lost.

use async_hooks_diagnostics::ContextWatch;
use metrics::{Label, Unit};

use crate::counts::counts::Counts;
use crate::publish::series::Series;
use crate::publish::source::Source;

const CONTEXTS_LOST: &str = "async_hooks_contexts_lost_total";

pub(crate) struct LostContexts(pub(crate) ContextWatch);

impl Source for LostContexts {
    fn publish(&self, series: &Series<'_>, _: &Counts) {
        let losses = self.0.losses();
        let text = "Async resources that were created without the value of a local.";
        series.describe_counter(CONTEXTS_LOST, Unit::Count, text);
        series.counter(CONTEXTS_LOST, vec![Label::new("local", losses.local())], losses.count() as u64);
    }
}

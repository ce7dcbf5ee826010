//! The decision about a request that has ended.

use std::sync::Arc;
use std::time::Duration;

use crate::sampler::request_facts::RequestFacts;

/// Decides whether a request that has ended is exported.
///
/// It is exported with all that it caused, or not at all.
///
/// The default keeps [all](Self::all). Whatever it says, a request whose caller has sampled its trace is kept, if that caller is
/// trusted: the trace would have a hole otherwise.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_otel::{SpanPipeline, TailSampler};
/// use async_hooks_recorder::FlightRecorder;
/// use opentelemetry_sdk::trace::InMemorySpanExporter;
///
/// // What is slow or has failed, and one in a hundred of the rest.
/// let usual = TailSampler::slower_than(Duration::from_millis(500)).or(TailSampler::failed()).or(TailSampler::one_in(100));
/// assert!(format!("{usual:?}").contains("OneIn(100)"));
///
/// // Whether it keeps a quick job that leaves a task behind.
/// let keeps = |sampler: TailSampler| {
///     let recorder = FlightRecorder::builder().build();
///     let exporter = InMemorySpanExporter::default();
///     let pipeline = SpanPipeline::builder(&recorder, exporter).root_kind("job").keep(sampler).build();
///     pipeline.enable();
///     let job = AsyncResource::new("job");
///     let _task = job.run_in_async_scope(|| AsyncResource::new("task"));
///     drop(job);
///     assert!(pipeline.shutdown(Duration::from_secs(10)));
///     pipeline.stats().exported() > 0
/// };
/// let slow = TailSampler::slower_than(Duration::from_secs(60));
/// assert!(keeps(TailSampler::all()) && keeps(TailSampler::leaked()));
/// assert!(!keeps(slow.clone()) && !keeps(TailSampler::leaked().and(slow)));
/// ```
#[derive(Clone, Debug)]
pub struct TailSampler(Rule);

#[derive(Clone, Debug)]
enum Rule {
    All,
    SlowerThan(Duration),
    Failed,
    Leaked,
    OneIn(u32),
    Or(Arc<(Rule, Rule)>),
    And(Arc<(Rule, Rule)>),
}

impl TailSampler {
    /// Keeps every request.
    #[must_use]
    pub fn all() -> TailSampler {
        TailSampler(Rule::All)
    }

    /// Keeps requests that took this long, or longer.
    #[must_use]
    pub fn slower_than(limit: Duration) -> TailSampler {
        TailSampler(Rule::SlowerThan(limit))
    }

    /// Keeps requests that failed.
    ///
    /// They have a status of 500 or above, an error of body or service, or a panic.
    #[must_use]
    pub fn failed() -> TailSampler {
        TailSampler(Rule::Failed)
    }

    /// Keeps requests that have left something behind.
    ///
    /// Something that they caused is still alive when they are looked at, shortly after their end.
    #[must_use]
    pub fn leaked() -> TailSampler {
        TailSampler(Rule::Leaked)
    }

    /// Keeps one request in `n`; 0 keeps none.
    ///
    /// It is computed from the trace id: of the last 7 bytes, if the trace has the random flag, and so every service keeps the same
    /// traces; otherwise of all bytes.
    #[must_use]
    pub fn one_in(n: u32) -> TailSampler {
        TailSampler(Rule::OneIn(n))
    }

    /// Keeps what this sampler or the other one keeps.
    #[must_use]
    pub fn or(self, other: TailSampler) -> TailSampler {
        TailSampler(Rule::Or(Arc::new((self.0, other.0))))
    }

    /// Keeps what both samplers keep.
    #[must_use]
    pub fn and(self, other: TailSampler) -> TailSampler {
        TailSampler(Rule::And(Arc::new((self.0, other.0))))
    }

    pub(crate) fn keeps(&self, request: &RequestFacts) -> bool {
        self.0.keeps(request)
    }
}

impl Default for TailSampler {
    fn default() -> TailSampler {
        TailSampler::all()
    }
}

impl Rule {
    fn keeps(&self, request: &RequestFacts) -> bool {
        match self {
            Rule::All => true,
            Rule::SlowerThan(limit) => request.duration >= *limit,
            Rule::Failed => request.has_failed,
            Rule::Leaked => request.has_leaked,
            Rule::OneIn(n) => request.is_one_in(*n),
            Rule::Or(rules) => rules.0.keeps(request) || rules.1.keeps(request),
            Rule::And(rules) => rules.0.keeps(request) && rules.1.keeps(request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::TraceId;

    fn request(millis: u64, has_failed: bool) -> RequestFacts {
        let (duration, trace_id) = (Duration::from_millis(millis), TraceId::from_bytes([7; 16]));
        RequestFacts { duration, has_failed, has_leaked: false, trace_id, is_random: true }
    }

    #[test]
    fn rules_combine() {
        let (slow, failed) = (TailSampler::slower_than(Duration::from_millis(100)), TailSampler::failed());
        let (either, both) = (slow.clone().or(failed.clone()), slow.and(failed));
        let cases = [(10, false), (10, true), (100, false), (100, true)];
        let kept = |sampler: &TailSampler| cases.map(|(millis, failed)| sampler.keeps(&request(millis, failed)));
        assert_eq!(kept(&either), [false, true, true, true]);
        assert_eq!(kept(&both), [false, false, false, true]);
        assert_eq!(kept(&TailSampler::leaked()), [false; 4]);
    }

    #[test]
    fn one_in_n_keeps_about_that_and_looks_at_the_last_seven_bytes_of_a_random_id() {
        let with = |high: u64, low: u64, is_random| {
            let trace_id = TraceId::from_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes());
            RequestFacts { trace_id, is_random, ..request(1, false) }
        };
        for is_random in [true, false] {
            let number = |at: u64| if is_random { crate::ids::mix(at) } else { at };
            let kept = (0..10_000).filter(|at| TailSampler::one_in(4).keeps(&with(1, number(*at), is_random))).count();
            assert!((2_300..2_700).contains(&kept), "{kept}");
        }
        let low = u64::MAX;
        assert!(
            TailSampler::one_in(1_000).keeps(&with(1, low, true))
                && TailSampler::one_in(1_000).keeps(&with(2, low, true))
        );
        assert!(!TailSampler::one_in(0).keeps(&with(1, low, true)));
        assert!(TailSampler::one_in(1).keeps(&with(1, 0, true)));
    }
}

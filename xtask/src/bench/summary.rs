//! The cases that most programs pay for.
//!
//! The README shows some of them, docs/performance.md all on its first screen.

use anyhow::{Context, ensure};

use super::answer::Cost;
use super::number;
use super::results::{CaseResult, Results};

/// What a row says of the first case, compared with another.
struct Row {
    what: &'static str,
    is_in_readme: bool,
    bench: &'static str,
    /// One, or the same with more of something.
    cases: &'static [&'static str],
    against: Option<Against>,
}

struct Against {
    case: &'static str,
    says: &'static str,
}

const fn against(case: &'static str, says: &'static str) -> Option<Against> {
    Some(Against { case, says })
}

const ROWS: [Row; 11] = [
    Row {
        what: "`execution_async_id()`",
        is_in_readme: false,
        bench: "execution_id",
        cases: &["execution_async_id()"],
        against: against("thread-local Cell<u64> read", "a thread-local `Cell<u64>` read"),
    },
    Row {
        what: "`AsyncLocal::with`, 1 / 8 / 100 locals set",
        is_in_readme: true,
        bench: "local_read",
        cases: &["with, 1 set", "with, 8 set", "with, 100 set"],
        against: against("opentelemetry Context::map_current", "opentelemetry's `Context::map_current`"),
    },
    Row {
        what: "`AsyncLocal::run`, 1 / 8 / 100 set",
        is_in_readme: false,
        bench: "local_run",
        cases: &["run, 1 set", "run, 8 set", "run, 100 set"],
        against: against("opentelemetry attach and detach", "opentelemetry's `attach`"),
    },
    Row {
        what: "poll of a tracked future, no hook",
        is_in_readme: true,
        bench: "poll",
        cases: &["tracked, off"],
        against: against("Instrumented over Registry", "`tracing::Instrumented` over a bare `Registry`"),
    },
    Row {
        what: "the same, 1 / 2 / 8 hooks that count",
        is_in_readme: false,
        bench: "poll",
        cases: &["tracked, one hook", "tracked, 2 hooks", "tracked, 8 hooks"],
        against: against("Instrumented over Registry", "`Instrumented`"),
    },
    Row {
        what: "`AsyncResource` new and drop, no hook, 0 / 100 set",
        is_in_readme: false,
        bench: "resource",
        cases: &["new and drop, 0 set", "new and drop, 100 set"],
        against: against("span over Registry, new and closed", "a span over a bare `Registry`"),
    },
    Row {
        what: "`async_hooks::tokio::spawn` and join, no hook",
        is_in_readme: true,
        bench: "spawn",
        cases: &["spawn and join, off"],
        against: against("tokio: spawn and join", "`tokio::spawn`"),
    },
    Row {
        what: "a self-waking task, each poll, no hook / one",
        is_in_readme: false,
        bench: "spawn",
        cases: &["self-waking task, off", "self-waking task, one hook"],
        against: against("tokio: self-waking task, each poll", "tokio's"),
    },
    Row {
        what: "`layer()`: a span new, entered, closed",
        is_in_readme: false,
        bench: "span",
        cases: &["layer: new, enter, close"],
        against: against("Registry: new, enter, close", "a bare `Registry`"),
    },
    Row {
        what: "`layer()`: poll of `Instrumented`",
        is_in_readme: false,
        bench: "span",
        cases: &["layer: Instrumented poll"],
        against: against("Registry: Instrumented poll", "a bare `Registry`"),
    },
    Row {
        what: "`with_async_ids`, a line of text",
        is_in_readme: true,
        bench: "log_line",
        cases: &["text with ids"],
        against: against("text", "the line without"),
    },
];

/// The rows of the README, as a table in markdown.
///
/// # Errors
///
/// When a case that is shown was not measured.
pub(super) fn short(results: &Results) -> anyhow::Result<String> {
    table(ROWS.iter().filter(|row| row.is_in_readme), results)
}

/// All rows, as a table in markdown.
///
/// # Errors
///
/// When a case that is shown was not measured.
pub(super) fn whole(results: &Results) -> anyhow::Result<String> {
    table(ROWS.iter(), results)
}

fn table<'a>(rows: impl Iterator<Item = &'a Row>, results: &Results) -> anyhow::Result<String> {
    let rows: String = rows.map(|row| row.written(results)).collect::<anyhow::Result<_>>()?;
    Ok(format!("| what | instr | time | is |\n|---|---:|---:|---|\n{rows}"))
}

impl Row {
    fn written(&self, results: &Results) -> anyhow::Result<String> {
        let case = |name: &&str| results.case(self.bench, name).with_context(|| format!("no {name} in {}", self.bench));
        let cases: Vec<&CaseResult> = self.cases.iter().map(case).collect::<anyhow::Result<_>>()?;
        let costs = |cost: fn(&CaseResult) -> Option<Cost>, number: fn(f64) -> String| {
            let costs = cases.iter().filter_map(|case| Some(number(cost(case)?.median)));
            costs.collect::<Vec<_>>().join(" / ")
        };
        let (instructions, time) =
            (costs(|case| case.instructions, number::whole), costs(|case| case.cost, number::short));
        let is = match &self.against {
            Some(Against { case: other, says }) => format!("{} × {says}", ratio(cases[0], other)?),
            None => String::new(),
        };
        ensure!(!time.is_empty(), "{}: {} was not measured", self.bench, self.what);
        Ok(format!("| {} | {instructions} | {time} ns | {is} |\n", self.what))
    }
}

/// In time, as the bench computed it and docs/performance.md shows it.
fn ratio(ours: &CaseResult, other: &str) -> anyhow::Result<String> {
    let ratio = ours.ratios.get(other).with_context(|| format!("{} was not compared with {other}", ours.name))?;
    Ok(number::short(*ratio))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::answer::{Answer, CaseAnswer, Currency, Group, Side};
    use crate::bench::results::BenchResult;

    #[test]
    fn a_row_shows_the_ratio_that_the_bench_computed() {
        let row = Row {
            what: "a read",
            is_in_readme: true,
            bench: "reads",
            cases: &["ours"],
            against: against("theirs", "theirs"),
        };
        let results = Results { benches: vec![BenchResult::new("reads", answer())] };
        assert_eq!(row.written(&results).unwrap(), "| a read |  | 3.00 ns | 0.70 × theirs |\n");
    }

    /// The quotient of the medians is 0.75, the median of the quotients 0.7.
    fn answer() -> Answer {
        let cases = [("ours", 3.0, [("theirs".to_owned(), 0.7)].into()), ("theirs", 4.0, [].into())];
        let cases = cases.map(|(name, median, ratios)| CaseAnswer {
            name: name.to_owned(),
            side: Side::Ours,
            point: None,
            cost: Some(Cost { median, low: median, high: median, beside: None }),
            ratios,
            bars: Vec::new(),
        });
        let group = Group { title: String::new(), axis: None, cases: cases.into() };
        Answer { title: String::new(), currency: Currency::Time, groups: vec![group] }
    }

    #[test]
    fn the_readme_shows_four_rows() {
        assert_eq!(ROWS.iter().filter(|row| row.is_in_readme).count(), 4);
    }
}

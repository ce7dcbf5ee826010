//! The README's short table, between its two markers.

use anyhow::{Context, ensure};

use super::answer::Cost;
use super::machine::Machine;
use super::number;
use super::results::{CaseResult, Results};

const BEGIN: &str = "<!-- What it costs: written by `cargo xtask bench`. -->";
const END: &str = "<!-- End of what is written. -->";

/// What a row says of the first case, compared with another.
struct Row {
    what: &'static str,
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
        bench: "execution_id",
        cases: &["execution_async_id()"],
        against: against("thread-local Cell<u64> read", "a thread-local `Cell<u64>` read"),
    },
    Row {
        what: "`AsyncLocal::with`, 1 / 8 / 100 locals set",
        bench: "local_read",
        cases: &["with, 1 set", "with, 8 set", "with, 100 set"],
        against: against("opentelemetry Context::map_current", "opentelemetry's `Context::map_current`"),
    },
    Row {
        what: "`AsyncLocal::run`, 1 / 8 / 100 set",
        bench: "local_run",
        cases: &["run, 1 set", "run, 8 set", "run, 100 set"],
        against: against("opentelemetry attach and detach", "opentelemetry's `attach`"),
    },
    Row {
        what: "poll of a tracked future, no hook",
        bench: "poll",
        cases: &["tracked, off"],
        against: against("Instrumented over Registry", "`tracing::Instrumented` over a bare `Registry`"),
    },
    Row {
        what: "the same, 1 / 2 / 8 hooks that count",
        bench: "poll",
        cases: &["tracked, one hook", "tracked, 2 hooks", "tracked, 8 hooks"],
        against: against("Instrumented over Registry", "`Instrumented`"),
    },
    Row {
        what: "`AsyncResource` new and drop, no hook, 0 / 100 set",
        bench: "resource",
        cases: &["new and drop, 0 set", "new and drop, 100 set"],
        against: against("span over Registry, new and closed", "a span over a bare `Registry`"),
    },
    Row {
        what: "`async_hooks::tokio::spawn` and join, no hook",
        bench: "spawn",
        cases: &["spawn and join, off"],
        against: against("tokio: spawn and join", "`tokio::spawn`"),
    },
    Row {
        what: "a self-waking task, each poll, no hook / one",
        bench: "spawn",
        cases: &["self-waking task, off", "self-waking task, one hook"],
        against: against("tokio: self-waking task, each poll", "tokio's"),
    },
    Row {
        what: "`layer()`: a span new, entered, closed",
        bench: "span",
        cases: &["layer: new, enter, close"],
        against: against("Registry: new, enter, close", "a bare `Registry`"),
    },
    Row {
        what: "`layer()`: poll of `Instrumented`",
        bench: "span",
        cases: &["layer: Instrumented poll"],
        against: against("Registry: Instrumented poll", "a bare `Registry`"),
    },
    Row {
        what: "`with_async_ids`, a line of text",
        bench: "log_line",
        cases: &["text with ids"],
        against: against("text", "the line without"),
    },
];

/// The README with a new table between the markers.
///
/// # Errors
///
/// When a marker is missing, or a case that is shown.
pub(super) fn with_table(readme: &str, results: &Results, machine: &Machine) -> anyhow::Result<String> {
    let (before, rest) = readme.split_once(BEGIN).context("README.md: where does the table begin?")?;
    let (_, after) = rest.split_once(END).context("README.md: where does the table end?")?;
    Ok(format!("{before}{BEGIN}\n\n{}\n{END}{after}", table(results, machine)?))
}

fn table(results: &Results, machine: &Machine) -> anyhow::Result<String> {
    let rows: String = ROWS.iter().map(|row| row.written(results)).collect::<anyhow::Result<_>>()?;
    let (processor, rustc) = (&machine.processor, &machine.toolchain.rustc);
    let machine = format!("{} processors of {processor}, Rust {rustc}, {}", machine.processors, machine.date);
    Ok(format!("| what | instr | time | is |\n|---|---:|---:|---|\n{rows}\nMedians on {machine}.\n"))
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
        let row = Row { what: "a read", bench: "reads", cases: &["ours"], against: against("theirs", "theirs") };
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
    fn a_readme_without_markers_is_left_alone() {
        let results = Results { benches: Vec::new() };
        let machine = Machine::look(&crate::workspace::Workspace::load().unwrap()).unwrap();
        let error = with_table("# async-hooks\n", &results, &machine).unwrap_err();
        assert!(error.to_string().contains("begin"));
    }
}

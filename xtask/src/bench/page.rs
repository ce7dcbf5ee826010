//! `docs/performance.md`, out of what is said by hand and what was measured.

mod head;
mod table;
mod verdicts;

use super::answer::{Currency, Side};
use super::machine::Machine;
use super::missed::Missed;
use super::number;
use super::plot::Plot;
use super::results::{BenchResult, CaseResult, GroupResult, Results};
use super::summary;
use table::Table;

pub(super) use verdicts::bars;

const METHOD: &str = include_str!("page/method.md");
const SHARED: &str = include_str!("page/shared.md");

/// The whole page.
///
/// # Errors
///
/// When a case of the first screen was not measured.
pub(super) fn written(results: &Results, missed: &Missed, machine: &Machine, plots: &[Plot]) -> anyhow::Result<String> {
    let benches = results.benches.iter().map(|bench| section(bench, plots));
    let screen = head::written(&summary::whole(results)?, results, machine);
    let parts = [screen, verdicts::written(results, missed), SHARED.to_owned(), "## Every case\n".to_owned()];
    Ok(parts.into_iter().chain(benches).chain([METHOD.to_owned()]).collect::<Vec<_>>().join("\n"))
}

/// One bench: its question, its groups, its plots.
fn section(bench: &BenchResult, plots: &[Plot]) -> String {
    let name = &bench.name;
    let file = file(name);
    let mut section = format!("### {}\n\n[benches/{file}](../benches/{file})\n", bench.title);
    for group in bench.groups.iter().filter(|group| group.cases.iter().any(CaseResult::is_measured)) {
        let title = if group.title.is_empty() { String::new() } else { format!("\n**{}**\n", capital(&group.title)) };
        section += &format!("{title}\n{}", cases(bench, group));
        for plot in plots.iter().filter(|plot| plot.bench == *name && plot.group == group.title) {
            section += &format!("\n![{}](performance/{})\n", plot.group, plot.file);
        }
    }
    section
}

/// Where a question is asked.
fn file(question: &str) -> String {
    let of_automatic =
        [("automatic", "tasks"), ("automatic_heap", "idle_tasks"), ("console", "console"), ("dial9", "recorders")];
    match of_automatic.iter().find(|(name, _)| *name == question) {
        Some((_, file)) => format!("automatic/{file}.rs"),
        None => format!("{question}.rs"),
    }
}

fn cases(bench: &BenchResult, group: &GroupResult) -> String {
    let measured = group.cases.iter().filter(|case| case.is_measured());
    match bench.currency {
        Currency::Time | Currency::Instructions => {
            let mut table =
                Table::new(["", "instr", "allocator's", "atomics", "ns", "ns, half of all samples", "× time"]);
            measured.for_each(|case| table.row(watched(group, case)));
            table.written()
        }
        currency => {
            let mut table = Table::new(["", currency.unit()]);
            let cost = |case: &CaseResult| case.cost.map_or_else(String::new, |cost| counted(currency, cost.median));
            measured.for_each(|case| table.row([name(case), cost(case)]));
            table.written()
        }
    }
}

fn watched(group: &GroupResult, case: &CaseResult) -> [String; 7] {
    let instructions = case.instructions.map_or_else(String::new, |cost| number::whole(cost.median));
    let beside = case.instructions.and_then(|cost| cost.beside);
    let allocator = beside.map_or_else(String::new, |beside| number::whole(beside.allocator));
    let atomics = beside.map_or_else(String::new, |beside| atomics(beside.atomics));
    let time = case.cost.map_or_else(String::new, |cost| number::short(cost.median));
    let between = case
        .cost
        .map_or_else(String::new, |cost| format!("{} – {}", number::short(cost.low), number::short(cost.high)));
    let ratio = group.ratio(case).map_or_else(String::new, number::short);
    [name(case), instructions, allocator, atomics, time, between, ratio]
}

/// Few: a hundredth is a block of ids that was drawn.
fn atomics(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded:.2}") }
}

fn counted(currency: Currency, count: f64) -> String {
    match currency {
        Currency::Growth => number::bytes(count),
        _ => number::short(count),
    }
}

/// Ours stand out.
fn name(case: &CaseResult) -> String {
    let name = if case.name.contains("::") { format!("`{}`", case.name) } else { case.name.clone() };
    if case.side == Side::Ours { format!("**{name}**") } else { name }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

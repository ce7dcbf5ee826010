//! The answer, as an aligned table.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::answer::{Answer, BarAnswer, CaseAnswer, Group};

const HEADING: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const MET: Style = AnsiColor::Green.on_default();
const MISSED: Style = AnsiColor::Red.on_default().bold();

/// Prints one line per case.
///
/// A line has the cost, the ratio to the baseline of the group, and each bar with its verdict.
pub(crate) fn print(answer: &Answer) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "\n{HEADING}{}{HEADING:#}", answer.title)?;
    answer.groups.iter().try_for_each(|group| print_group(&mut out, group, answer.currency.unit()))
}

fn print_group(out: &mut impl Write, group: &Group, unit: &str) -> io::Result<()> {
    let width = group.cases.iter().map(|case| case.name.chars().count()).max().unwrap_or_default();
    writeln!(
        out,
        "\n  {FAINT}{:width$}  {unit:>12}  {:>8}  {:>7}  {:>9}  bars{FAINT:#}",
        "", "ratio", "atomics", "allocator"
    )?;
    let baseline = group.cases.first().map_or("", |case| &case.name);
    group.cases.iter().try_for_each(|case| line(out, case, baseline, width))
}

fn line(out: &mut impl Write, case: &CaseAnswer, baseline: &str, width: usize) -> io::Result<()> {
    let number = |number: Option<f64>, digits| number.map_or_else(String::new, |number| format!("{number:.digits$}"));
    let (cost, ratio) = (case.cost.map(|cost| cost.median), case.ratios.get(baseline).copied());
    let (cost, ratio) = (number(cost, 1), number(ratio, 2));
    let beside = case.cost.and_then(|cost| cost.beside);
    let atomics = number(beside.map(|beside| beside.atomics), 1);
    let allocator = number(beside.map(|beside| beside.allocator), 1);
    write!(out, "  {:width$}  {cost:>12}  {ratio:>8}  {atomics:>7}  {allocator:>9}  ", case.name)?;
    case.bars.iter().try_for_each(|bar| print_bar(out, bar))?;
    writeln!(out)
}

fn print_bar(out: &mut impl Write, bar: &BarAnswer) -> io::Result<()> {
    let Some((measured, is_met)) = bar.measured.zip(bar.is_met()) else { return Ok(()) };
    let digits = if bar.at_most < 8.0 && bar.at_most > 0.0 { 2 } else { 0 };
    match is_met {
        true => write!(out, "{MET}✓ {measured:.digits$} {}{MET:#}  ", bar.text),
        false => write!(out, "{MISSED}✗ {measured:.digits$} {}{MISSED:#}  ", bar.text),
    }
}

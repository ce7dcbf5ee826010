//! The answer, as an aligned table.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::bar::{Bar, Verdict};
use crate::case::Case;
use crate::figures::Figures;

const HEADING: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const MET: Style = AnsiColor::Green.on_default();
const MISSED: Style = AnsiColor::Red.on_default().bold();

/// Prints one line per case: what it costs, how that compares with the first case, and how it stands to its bars.
pub(crate) fn print(title: &str, cases: &[&Case], figures: &Figures) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let width = cases.iter().map(|case| case.name().chars().count()).max().unwrap_or_default();
    let unit = figures.currency.unit();
    writeln!(out, "\n{HEADING}{title}{HEADING:#}\n")?;
    writeln!(out, "  {FAINT}{:width$}  {unit:>10}  {:>8}  bars{FAINT:#}", "", "ratio")?;
    for case in cases {
        line(&mut out, case, width, cases[0].name(), figures)?;
    }
    Ok(())
}

fn line(out: &mut impl Write, case: &Case, width: usize, baseline: &str, figures: &Figures) -> io::Result<()> {
    let name = case.name();
    let cost = figures.cost(name).unwrap_or(f64::NAN);
    // Where the baseline costs nothing there is nothing to compare with.
    let ratio = figures.ratio(name, baseline).filter(|ratio| ratio.is_finite());
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    write!(out, "  {name:width$}  {cost:>10.1}  {ratio:>8}  ")?;
    for bar in case.bars() {
        print_bar(out, *bar, figures.judge(name, *bar))?;
    }
    writeln!(out)
}

fn print_bar(out: &mut impl Write, bar: Bar, verdict: Verdict) -> io::Result<()> {
    match verdict {
        Verdict::Met => write!(out, "{MET}✓ {bar}{MET:#}  "),
        Verdict::Missed => write!(out, "{MISSED}✗ {bar}{MISSED:#}  "),
        Verdict::Open => Ok(()),
    }
}

//! Curves as SVG: what a thing costs, over how many there are of another.

use std::ops::Range;

use anyhow::{Context, anyhow};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::answer::Currency;
use super::results::{BenchResult, CaseResult, GroupResult, Results};

const SIZE: (u32, u32) = (1000, 440);

/// What the names of the curves take of the width, beside them.
const NAMES: i32 = 400;

/// The axis' labels, and the edge.
const LEFT: i32 = 70;
const EDGE: i32 = 12;

/// What one name takes of the height.
const LINE: i32 = 20;

const TITLE: (&str, i32) = ("sans-serif", 20);
const TEXT: (&str, i32) = ("sans-serif", 15);

/// The ratio of largest to smallest above which an axis is logarithmic.
///
/// On a linear axis all but one curve would lie on the ground.
const FAR_APART: f64 = 8.0;

/// Told apart by people who see colours differently, and on paper by the names at their ends.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(110, 110, 110),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

/// One picture.
pub(super) struct Plot {
    pub(super) file: String,
    pub(super) svg: String,
    pub(super) bench: String,
    pub(super) group: String,
}

/// A line of a picture.
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

/// # Errors
///
/// When a picture cannot be drawn.
pub(super) fn all(results: &Results) -> anyhow::Result<Vec<Plot>> {
    let groups = results.benches.iter().flat_map(|bench| bench.groups.iter().map(move |group| (bench, group)));
    let drawn = groups.filter_map(|(bench, group)| Some(plot(bench, group, group.axis.as_deref()?)));
    drawn.collect()
}

fn plot(bench: &BenchResult, group: &GroupResult, axis: &str) -> anyhow::Result<Plot> {
    let is_counted = group.cases.iter().any(|case| case.instructions.is_some());
    let curves = curves(group, is_counted);
    let unit = match (is_counted, bench.currency) {
        (true, _) => "instructions, without the allocator's",
        (false, Currency::Time) => "nanoseconds",
        (false, currency) => currency.unit(),
    };
    let svg = draw(&group.title, axis, unit, &curves).with_context(|| format!("cannot draw {}", group.title))?;
    let (file, group) = (format!("{}-{}.svg", bench.name, slug(&group.title)), group.title.clone());
    Ok(Plot { file, svg, bench: bench.name.clone(), group })
}

fn curves(group: &GroupResult, is_counted: bool) -> Vec<Curve> {
    let cost = |case: &CaseResult| match is_counted {
        true => case.instructions.map(|cost| cost.outside_allocator()),
        false => case.cost.map(|cost| cost.median),
    };
    let mut curves: Vec<Curve> = Vec::new();
    for case in &group.cases {
        let Some((point, cost)) = case.point.as_ref().zip(cost(case)) else { continue };
        let at = (point.x, cost);
        match curves.iter_mut().find(|curve| curve.name == point.series) {
            Some(curve) => curve.points.push(at),
            None => curves.push(Curve { name: point.series.clone(), points: vec![at] }),
        }
    }
    curves
}

fn draw(title: &str, axis: &str, unit: &str, curves: &[Curve]) -> anyhow::Result<String> {
    let xs = || curves.iter().flat_map(|curve| &curve.points).map(|(x, _)| *x);
    let ys = || curves.iter().flat_map(|curve| &curve.points).map(|(_, y)| *y);
    let (x, y) = (span(xs()), span(ys()));
    let is_far_apart = y.start > 0.0 && y.end / y.start > FAR_APART;
    let (x_is_log, unit) = (
        // A linear axis suits a count that starts at zero or covers a small range.
        x.start > 0.0 && x.end / x.start > 20.0,
        if is_far_apart { format!("{unit}; logarithmic") } else { unit.to_owned() },
    );
    let (even, far) = (0.0..y.end * 1.15, (y.start * 0.8..y.end * 1.4).log_scale());
    let frame = Frame { title, axis, unit: &unit, curves, steps: steps(&x), is_far_apart };
    match (x_is_log, is_far_apart) {
        (true, true) => frame.drawn(x.log_scale(), far),
        (true, false) => frame.drawn(x.log_scale(), even),
        (false, true) => frame.drawn(x, far),
        (false, false) => frame.drawn(x, even),
    }
}

/// From the smallest to just above the largest, so that its label is drawn as well.
fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (first, last) = values.fold((f64::MAX, f64::MIN), |(first, last), value| (first.min(value), last.max(value)));
    first..last * 1.000_001
}

/// A coordinate system that curves are drawn in.
struct Frame<'a> {
    title: &'a str,
    axis: &'a str,
    unit: &'a str,
    curves: &'a [Curve],
    /// How many labels the axis has at most.
    steps: usize,
    is_far_apart: bool,
}

/// There is no half of a thread, or of a hook.
fn steps(x: &Range<f64>) -> usize {
    ((x.end - x.start) as usize + 1).min(9)
}

impl Frame<'_> {
    fn drawn<X, Y>(&self, x: X, y: Y) -> anyhow::Result<String>
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            area.fill(&WHITE).map_err(drawing)?;
            let (plot, names) = area.split_horizontally(SIZE.0 as i32 - NAMES);
            let ends = self.chart(&plot, x, y)?;
            name(&names, self.curves, &ends)?;
            area.present().map_err(drawing)?;
        }
        // The writer leaves no newline behind, and a file of text ends with one.
        Ok(svg.trim_end().to_owned() + "\n")
    }

    /// Answers with how far down each curve ends.
    fn chart<X, Y>(&self, area: &DrawingArea<SVGBackend<'_>, Shift>, x: X, y: Y) -> anyhow::Result<Vec<i32>>
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, TITLE)
            .margin(EDGE)
            .margin_right(0)
            .x_label_area_size(48)
            .y_label_area_size(LEFT)
            .build_cartesian_2d(x, y)
            .map_err(drawing)?;
        let mut mesh = chart.configure_mesh();
        mesh.light_line_style(TRANSPARENT).x_desc(self.axis).y_desc(self.unit).label_style(TEXT);
        let tick = |y: &f64| tick(*y, self.is_far_apart);
        let count = |x: &f64| super::number::whole(*x);
        mesh.x_labels(self.steps).x_label_formatter(&count).y_label_formatter(&tick).draw().map_err(drawing)?;
        for (curve, colour) in self.curves.iter().zip(COLOURS.iter().cycle()) {
            let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2)).point_size(3);
            chart.draw_series(line).map_err(drawing)?;
        }
        let end = |curve: &Curve| curve.points.last().map_or(0, |point| chart.backend_coord(point).1);
        Ok(self.curves.iter().map(end).collect())
    }
}

/// Where steps are ten times, all between them would be on top of each other.
fn tick(number: f64, is_far_apart: bool) -> String {
    let leading = number / 10_f64.powf((number + 1e-9).log10().floor());
    let is_round = [1.0, 2.0, 5.0].into_iter().any(|digit: f64| (leading - digit).abs() < 1e-3);
    if is_round || !is_far_apart { super::number::plain(number) } else { String::new() }
}

/// At the end of each curve, or as near as the others' leave room for.
fn name(area: &DrawingArea<SVGBackend<'_>, Shift>, curves: &[Curve], ends: &[i32]) -> anyhow::Result<()> {
    const LEADER: i32 = 24;
    let rows = apart(ends);
    for (((curve, colour), end), row) in curves.iter().zip(COLOURS.iter().cycle()).zip(ends).zip(rows) {
        let leader = PathElement::new([(2, *end), (LEADER - 6, row), (LEADER, row)], colour.stroke_width(1));
        area.draw(&leader).map_err(drawing)?;
        let last = curve.points.last().map_or_else(String::new, |(_, y)| super::number::short(*y));
        let text = Text::new(format!("{}: {last}", curve.name), (LEADER + 4, row - 7), TEXT);
        area.draw(&text).map_err(drawing)?;
    }
    Ok(())
}

/// Spreads label heights, sorted from the top, so that no two are closer than a line.
///
/// Each is pushed down by the one above it; what would leave the picture then pushes up.
fn apart(heights: &[i32]) -> Vec<i32> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by_key(|curve| heights[*curve]);
    let mut rows = heights.to_vec();
    let mut above = i32::MIN / 2;
    for curve in &order {
        rows[*curve] = rows[*curve].max(above + LINE);
        above = rows[*curve];
    }
    let mut below = SIZE.1 as i32;
    for curve in order.iter().rev() {
        rows[*curve] = rows[*curve].min(below - LINE);
        below = rows[*curve];
    }
    rows
}

/// The backend's errors borrow from it.
fn drawing(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}

/// A file's name out of a title.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_drawn_with_its_name_and_its_axes() {
        let curve = |name: &str, points: &[(f64, f64)]| Curve { name: name.to_owned(), points: points.to_vec() };
        let curves = [curve("get", &[(1.0, 86.0), (100.0, 96.0)]), curve("with", &[(1.0, 64.0)])];
        let svg = draw("a read", "locals set", "instructions", &curves).unwrap();
        for text in ["a read", "locals set", "instructions", "get", "with"] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
        assert!(svg.ends_with("</svg>\n"));
    }

    #[test]
    fn names_stand_apart_in_the_order_of_their_curves() {
        assert_eq!(apart(&[300, 100, 305, 310]), [300, 100, 320, 340]);
        let lowest = SIZE.1 as i32 - LINE;
        assert_eq!(apart(&[lowest, lowest + 3]), [lowest - LINE, lowest]);
    }

    #[test]
    fn what_lies_far_apart_is_drawn_in_steps_of_ten() {
        let curve = |y: f64| Curve { name: "get".to_owned(), points: vec![(1.0, y), (2.0, y)] };
        let drawn = |low, high| draw("a read", "threads", "instructions", &[curve(low), curve(high)]).unwrap();
        assert!(drawn(50.0, 2_000.0).contains("logarithmic") && !drawn(50.0, 100.0).contains("logarithmic"));
    }

    #[test]
    fn far_apart_only_round_numbers_have_a_label() {
        assert_eq!([0.5, 20.0, 900.0, 1000.0].map(|number| tick(number, true)), ["0.5", "20", "", "1\u{a0}000"]);
        assert_eq!([0.0, 2.5, 900.0].map(|number| tick(number, false)), ["0", "2.5", "900"]);
    }

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(slug("`run`, by locals set"), "run-by-locals-set");
    }
}

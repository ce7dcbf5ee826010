//! Curves as SVG: what a thing costs, over how many there are of another.

use anyhow::{Context, anyhow};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::results::{BenchResult, CaseResult, GroupResult, Results};

const SIZE: (u32, u32) = (860, 380);

/// What the legend takes of the width, beside the curves.
const LEGEND: i32 = 300;

/// The axis' labels, and the edge.
const LEFT: i32 = 64;
const EDGE: i32 = 12;

/// Told apart by people who see colours differently, and on paper by their marks' order in the legend.
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
    let unit = if is_counted { "instructions, without the allocator's" } else { bench.currency.unit() };
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
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (first, last) = points().fold((f64::MAX, 0.0_f64), |(first, last), (x, _)| (first.min(*x), last.max(*x)));
    let top = points().fold(1.0_f64, |top, (_, y)| top.max(*y)) * 1.15;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(drawing)?;
        let (plot, names) = area.split_horizontally(SIZE.0 as i32 - LEGEND);
        legend(&names, curves)?;
        // A count that starts at none, or does not reach far, is told apart best on even steps.
        match first > 0.0 && last / first > 20.0 {
            true => chart(&plot, title, axis, unit, (first..last * 1.2).log_scale(), top, curves)?,
            false => chart(&plot, title, axis, unit, first..last, top, curves)?,
        }
        area.present().map_err(drawing)?;
    }
    // The writer leaves no newline behind, and a file of text ends with one.
    Ok(svg.trim_end().to_owned() + "\n")
}

fn chart<X>(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    axis: &str,
    unit: &str,
    x: X,
    top: f64,
    curves: &[Curve],
) -> anyhow::Result<()>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(EDGE)
        .x_label_area_size(42)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x, 0.0..top)
        .map_err(drawing)?;
    let label = |x: &f64| super::number::whole(*x);
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(TRANSPARENT).x_desc(axis).y_desc(unit).x_label_formatter(&label).y_label_formatter(&label);
    mesh.draw().map_err(drawing)?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2)).point_size(3);
        chart.draw_series(line).map_err(drawing)?;
    }
    Ok(())
}

/// Beside the curves, so that it hides none.
fn legend(area: &DrawingArea<SVGBackend<'_>, Shift>, curves: &[Curve]) -> anyhow::Result<()> {
    for ((curve, colour), row) in curves.iter().zip(COLOURS.iter().cycle()).zip(0..) {
        let y = 48 + 18 * row;
        let line = PathElement::new([(0, y), (18, y)], colour.stroke_width(2));
        area.draw(&line).map_err(drawing)?;
        area.draw(&Text::new(curve.name.clone(), (26, y - 6), ("sans-serif", 12))).map_err(drawing)?;
    }
    Ok(())
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
    fn a_title_becomes_a_file_name() {
        assert_eq!(slug("`run`, by locals set"), "run-by-locals-set");
    }
}

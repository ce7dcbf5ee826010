//! What was alive, over time.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::model::recording::Recording;
use crate::report::amount::Count;
use crate::report::drawing::{Coordinate, Scale, WIDTH};
use crate::report::palette::KindColours;
use crate::report::zoom::zoomable;

const COLUMNS: usize = 200;
const HEIGHT: f64 = 140.0;

/// The number of living resources of each colour, at the start of each column.
struct Alive {
    colours: Vec<Vec<i64>>,
}

/// The number of living resources, by kind, stacked.
pub(crate) fn alive_chart(recording: &Recording, palette: &KindColours<'_>) -> Markup {
    let scale = Scale::new(recording.interval());
    let alive = Alive::of(recording, palette, scale);
    let most = alive.most();
    html! {
        (palette.legend())
        p { "At most " b { (Count(most.unsigned_abs())) } " at once, seen at " (COLUMNS) " moments." }
        (zoomable(html! {
            svg viewBox={ "0 0 1000 " (HEIGHT) } height=(HEIGHT) preserveAspectRatio="none" role="img" aria-label="Living resources over time" {
                @for (colour, area) in alive.areas(most).into_iter().enumerate() {
                    path class={ "k" (colour) } d=(area) data-t=(name(palette, colour)) {}
                }
            }
        }, scale))
    }
}

fn name(palette: &KindColours<'_>, colour: usize) -> String {
    let own = palette.kinds().get(colour).filter(|_| colour + 1 < KindColours::colours());
    own.map_or_else(|| "other kinds".to_owned(), |kind| async_hooks_tools::Escaped(kind).to_string())
}

impl Alive {
    fn of(recording: &Recording, palette: &KindColours<'_>, scale: Scale) -> Alive {
        let mut colours = vec![vec![0; COLUMNS + 2]; KindColours::colours()];
        let column = |x: f64| (x * COLUMNS as f64 / WIDTH).ceil() as usize;
        for life in recording.lifetimes() {
            let range = recording.range_of(life);
            let (from, to) = (column(scale.x(range.start())), column(scale.x(range.end())));
            let colour = &mut colours[palette.colour(life.kind())];
            colour[from.min(COLUMNS + 1)] += 1;
            colour[if life.end.is_none() { COLUMNS + 1 } else { to.min(COLUMNS + 1) }] -= 1;
        }
        for colour in &mut colours {
            let mut sum = 0;
            colour.iter_mut().for_each(|change| {
                sum += *change;
                *change = sum;
            });
            colour.truncate(COLUMNS + 1);
        }
        Alive { colours }
    }

    fn most(&self) -> i64 {
        let at = |column: usize| self.colours.iter().filter_map(|colour| colour.get(column)).sum();
        (0..=COLUMNS).map(at).max().unwrap_or(0)
    }

    /// The outline of each colour, on top of those before it.
    fn areas(&self, most: i64) -> Vec<String> {
        let mut below = vec![0; COLUMNS + 1];
        let mut areas = Vec::new();
        for colour in &self.colours {
            let above = Vec::from_iter(below.iter().zip(colour).map(|(below, own)| below + own));
            areas.push(outline(&below, &above, most));
            below = above;
        }
        areas
    }
}

fn outline(below: &[i64], above: &[i64], most: i64) -> String {
    if below == above {
        return String::new();
    }
    let point = |(column, number): (usize, &i64)| {
        let x = column as f64 * WIDTH / COLUMNS as f64;
        (Coordinate(x), Coordinate(HEIGHT - *number as f64 * HEIGHT / most.max(1) as f64))
    };
    let forth = above.iter().enumerate().map(point);
    let back = below.iter().enumerate().rev().map(point);
    let mut path = String::new();
    for (x, y) in forth.chain(back) {
        let _ = write!(path, "{}{x} {y}", if path.is_empty() { 'M' } else { 'L' });
    }
    path + "z"
}

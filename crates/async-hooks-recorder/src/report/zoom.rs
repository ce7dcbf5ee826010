//! A picture over time, with its axis.

use std::time::Duration;

use maud::{Markup, html};

use crate::report::amount::Time;
use crate::report::drawing::Scale;

/// A picture over time with its axis. The script lets the reader zoom in.
pub(crate) fn zoomable(picture: Markup, scale: Scale) -> Markup {
    let nanos = scale.nanos();
    let label = |quarter: u64| {
        let part = nanos * u128::from(quarter) / 4;
        Time(Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX)))
    };
    html! {
        div.zoom data-ns=(nanos) tabindex="0" role="group" aria-label="Timeline: + and - zoom, arrows move, 0 shows all" {
            (picture)
            div.axis aria-hidden="true" { @for quarter in 0..5 { span { (label(quarter)) } } }
        }
    }
}

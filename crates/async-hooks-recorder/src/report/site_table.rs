//! The table of spawn sites.

use maud::{Markup, html};

use crate::report::amount::{Count, Share, Time};
use crate::report::palette::{KindColours, site_name};
use crate::report::sites::{Origin, SiteSums, Sites};
use crate::report::summary::whom_name;

/// The number of sites that are listed, and of waits for each.
const SHOWN: usize = 200;
const WAITS: usize = 3;

/// A row for each spawn site, those with the most delay first.
pub(crate) fn site_table(sites: &Sites<'_>, palette: &KindColours<'_>) -> Markup {
    let order = sites.by_delay();
    html! {
        div.scroll { table.sort {
            caption { "Delay is the time that resources lived and did not execute. Queue delay goes from the wake to the poll; p50 is the median." }
            thead { tr {
                @for column in ["spawn site", "caused by", "count", "alive", "life", "busy", "delay", "queue p50", "queue p99"] {
                    th scope="col" { (column) }
                }
                th scope="col" { "waited for" }
            } }
            tbody { @for place in order.iter().take(SHOWN) { @if let Some(sums) = sites.all.get(*place) { (row(sites, sums, palette)) } } }
        } }
        @if order.len() > SHOWN { p.more { "and " (Count::of(order.len() - SHOWN)) " sites with less delay" } }
    }
}

fn row(sites: &Sites<'_>, sums: &SiteSums<'_>, palette: &KindColours<'_>) -> Markup {
    let time = |time: std::time::Duration| html! { td.n data-v=(time.as_nanos()) { (Time(time)) } };
    let quantile = |part| sums.queued.at(part).map_or_else(|| html! { td.n data-v="-1" { "–" } }, time);
    html! {
        tr data-q {
            td { i class=(palette.class(&sums.site.kind)) {} (site_name(sums.site)) }
            td { (origin(sites, sums)) }
            td.n data-v=(sums.count) { (Count::of(sums.count)) }
            td.n data-v=(sums.alive_at_end) { (Count::of(sums.alive_at_end)) }
            (time(sums.life)) (time(sums.busy)) (time(sums.delay())) (quantile(0.5)) (quantile(0.99))
            td { @for (whom, time) in sums.waits_by_duration().into_iter().take(WAITS) {
                div { (whom_name(sites, whom)) " " (Share(time, sums.life)) }
            } }
        }
    }
}

/// What triggered most of them.
fn origin(sites: &Sites<'_>, sums: &SiteSums<'_>) -> Markup {
    let most = sums.triggers.iter().max_by_key(|(origin, count)| (**count, **origin)).map(|(origin, _)| *origin);
    let others = sums.triggers.len().saturating_sub(1);
    html! {
        @match most {
            Some(Origin::Site(place)) => { @if let Some(sums) = sites.all.get(place) { (site_name(sums.site)) } }
            Some(Origin::Root) => { "the root" }
            _ => { "not recorded" }
        }
        @if others > 0 { " and " (others) " more" }
    }
}

//! The colours of kinds, and the names of sites.

use std::cmp::Reverse;
use std::collections::HashMap;

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::model::site::Site;
use crate::report::sites::Sites;

/// The most frequent kinds, each with a colour of its own.
pub(crate) struct KindColours<'a> {
    kinds: Vec<&'a str>,
}

/// The colours of the style; the last one is for all other kinds.
const CLASSES: [&str; 7] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6"];

impl<'a> KindColours<'a> {
    pub(crate) fn of(sites: &Sites<'a>) -> KindColours<'a> {
        let mut counts = HashMap::<&str, usize>::new();
        for sums in &sites.all {
            *counts.entry(&sums.site.kind).or_default() += sums.count;
        }
        let mut kinds = Vec::from_iter(counts.keys().copied());
        kinds.sort_by_key(|kind| (Reverse(counts[kind]), *kind));
        KindColours { kinds }
    }

    /// All kinds, the most frequent first.
    pub(crate) fn kinds(&self) -> &[&'a str] {
        &self.kinds
    }

    pub(crate) fn colours() -> usize {
        CLASSES.len()
    }

    /// Which colour a kind has.
    pub(crate) fn colour(&self, kind: &str) -> usize {
        let own = self.kinds.iter().take(CLASSES.len() - 1).position(|known| *known == kind);
        own.unwrap_or(CLASSES.len() - 1)
    }

    pub(crate) fn class(&self, kind: &str) -> &'static str {
        CLASSES.get(self.colour(kind)).copied().unwrap_or_default()
    }

    /// Which colour is which kind.
    pub(crate) fn legend(&self) -> Markup {
        let named = CLASSES.iter().zip(&self.kinds).take(CLASSES.len() - 1);
        let others = self.kinds.len().saturating_sub(CLASSES.len() - 1);
        html! {
            p.legend {
                @for (class, kind) in named { span { i class=(class) {} (Escaped(kind)) } }
                @if others > 0 { span { i.k6 {} (others) " other kinds" } }
            }
        }
    }
}

/// The kind and place of a site.
pub(crate) fn site_name(site: &Site) -> Markup {
    html! { b { (Escaped(&site.kind)) } " " span.place title=(Escaped(&site.file)) { (short_place(site)) } }
}

/// The last two parts of the file, and the line.
pub(crate) fn short_place(site: &Site) -> String {
    let mut parts = site.file.rsplit(['/', '\\']).take(2).collect::<Vec<_>>();
    parts.reverse();
    format!("{}:{}", Escaped(&parts.join("/")), site.line)
}

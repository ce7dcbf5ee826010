//! A recording as one page of HTML, to be read without a network.
//!
//! What there is much of is counted, sampled or cut, so that the page stays small, and it says so. Texts of the program are escaped
//! twice: control characters by `Escaped`, the markup by maud.

mod amount;

mod drawing;

mod zoom;

mod quantiles;

mod sites;

mod palette;

mod summary;

mod piece;

mod chain;

mod words;

mod rows;

mod notes;

mod waterfall;

mod slow;

mod threads;

mod alive_chart;

mod site_table;

mod layers;

mod graph;

mod survivors;

mod losses;

pub(crate) mod page;

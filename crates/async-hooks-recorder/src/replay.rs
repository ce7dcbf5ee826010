//! Questions to a recording.
//!
//! Who was alive, what caused what, what was slow, and what it waited for.

pub(crate) mod named;

pub(crate) mod tree_lines;

pub(crate) mod moment;

pub(crate) mod causal_tree;

pub(crate) mod slowest;

pub(crate) mod state;

pub(crate) mod stretches;

pub(crate) mod critical_path;

pub(crate) mod path_text;

pub(crate) mod comparison;

//! The commands, one file each.

pub(crate) mod slowest;

pub(crate) mod critical_path;

pub(crate) mod at;

pub(crate) mod tree;

pub(crate) mod diff;

pub(crate) mod check;

pub(crate) mod report;

//! Leaks and growth in a running program, and tests that fail when something outlives them.

pub(crate) mod site;

pub(crate) mod leak;

pub(crate) mod leak_report;

pub(crate) mod growth_report;

#[cfg(feature = "tokio")]
pub(crate) mod runtime;

#[cfg(not(feature = "tokio"))]
#[path = "leaks/no_runtime.rs"]
pub(crate) mod runtime;

pub(crate) mod leak_settings;

pub(crate) mod leak_detector;

pub(crate) mod leak_detector_builder;

pub(crate) mod deadline;

pub(crate) mod descendants;

pub(crate) mod patience;

pub(crate) mod started_test;

pub(crate) mod entered_tests;

pub(crate) mod leak_guard;

pub(crate) mod leak_test;

//! What has been alive for too long, outlived its request, grew, or outlives a test.

pub(crate) mod group;

pub(crate) mod note;

pub(crate) mod leak;

pub(crate) mod growth;

pub(crate) mod leak_detector;

pub(crate) mod watchdog;

pub(crate) mod family;

pub(crate) mod leak_test;

//! Texts of the program neither forge a line of a report nor drive a terminal.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_hooks_core::AsyncResource;
use async_hooks_diagnostics::{Cancellations, Dumps, LeakDetector, Registry};

/// The label of what is created now.
static LABEL: Mutex<String> = Mutex::new(String::new());

fn label() -> Option<String> {
    Some(LABEL.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// A line of a report begins with what we write, and a label is at most a part of it.
fn assert_harmless(report: &impl std::fmt::Display, lines: usize) {
    let text = report.to_string();
    let is_printed =
        |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'));
    assert!(text.chars().all(is_printed), "{text:?}");
    assert!(text.lines().count() <= lines && text.len() < 20_000, "{text:?}");
}

pub fn reports(bytes: &[u8]) {
    String::from_utf8_lossy(bytes).as_ref().clone_into(&mut LABEL.lock().unwrap_or_else(PoisonError::into_inner));
    let registry = Registry::new().label_with(label);
    let leaks = LeakDetector::builder().older_than(Duration::ZERO).label_with(label).build();
    let cancellations = Cancellations::builder().label_with(label).build();
    let enabled = (registry.enable_scoped(), leaks.enable_scoped(), cancellations.enable_scoped());
    let job = AsyncResource::new("job");
    assert_harmless(&registry.tree(), 4);
    assert_harmless(&Dumps::of(&registry).now(), 20);
    assert_harmless(&leaks.report(), 20);
    let json = serde_json::to_string(&registry.tree()).expect("a tree is data");
    assert!(!json.contains(|c: char| c < ' '), "{json:?}");
    drop(job);
    assert_harmless(&cancellations.report(), 20);
    drop(enabled);
}

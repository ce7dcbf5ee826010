//! Outside any resource the root executes, on the main thread too.
//!
//! No harness: it would run this on a thread of its own.

use async_hooks::{AsyncId, execution_async_id, execution_async_resource, trigger_async_id};

// N070
fn main() {
    assert_eq!(std::thread::current().name(), Some("main"));
    assert_eq!(execution_async_id(), AsyncId::ROOT);
    assert_eq!(trigger_async_id(), None);
    assert_eq!(execution_async_resource().kind(), "root");
}

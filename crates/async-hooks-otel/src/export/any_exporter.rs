//! An exporter without its type.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use async_hooks_core::runtime;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Its methods block, and return whether they succeeded.
pub(crate) trait AnyExporter: Send {
    fn set_resource(&mut self, resource: &Resource);

    fn export(&self, batch: Vec<SpanData>) -> bool;

    fn flush(&self) -> bool;

    fn shutdown(&self, timeout: Duration) -> bool;
}

impl<E: SpanExporter> AnyExporter for E {
    fn set_resource(&mut self, resource: &Resource) {
        SpanExporter::set_resource(self, resource);
    }

    fn export(&self, batch: Vec<SpanData>) -> bool {
        contained(|| futures_executor::block_on(SpanExporter::export(self, batch)).is_ok())
    }

    fn flush(&self) -> bool {
        contained(|| self.force_flush().is_ok())
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        contained(|| self.shutdown_with_timeout(timeout).is_ok())
    }
}

/// An exporter that panics has failed.
fn contained(call: impl FnOnce() -> bool) -> bool {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        // The panic hook of the program has reported it.
        runtime::contain_panic(false, format_args!(""), payload);
        false
    })
}

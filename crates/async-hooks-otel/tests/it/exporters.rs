//! Exporters that are slow, or fail.

use std::future::Future;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Refuses each batch.
#[derive(Debug)]
pub(crate) struct Failing;

impl SpanExporter for Failing {
    fn export(&self, _: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        std::future::ready(Err(OTelSdkError::InternalFailure("on purpose".to_owned())))
    }
}

#[derive(Debug)]
pub(crate) struct Panicking;

impl SpanExporter for Panicking {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        panic!("on purpose")
    }
}

/// Holds each batch until it is let go, or the test has ended.
#[derive(Debug)]
pub(crate) struct Stalling {
    begun: Sender<usize>,
    go: Arc<Mutex<Receiver<()>>>,
}

pub(crate) fn stalling() -> (Stalling, Receiver<usize>, Sender<()>) {
    let ((begun, begins), (go, gone)) = (channel(), channel());
    (Stalling { begun, go: Arc::new(Mutex::new(gone)) }, begins, go)
}

impl SpanExporter for Stalling {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.begun.send(batch.len());
        let _ = self.go.lock().unwrap().recv();
        Ok(())
    }
}

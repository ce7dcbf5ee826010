//! The output of a test binary: passed on as it comes, and kept.

use std::io::{self, Read, Write};
use std::process::ChildStdout;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// For a process that has left the group of the binary and keeps the pipe open.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What a test binary has written to stdout up to now.
pub(super) struct Output {
    text: Arc<Mutex<Vec<u8>>>,
    has_ended: Receiver<()>,
}

impl Output {
    /// Passes on what comes, on a thread of its own.
    pub(super) fn forward(from: Option<ChildStdout>) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let (sender, has_ended) = mpsc::channel();
        let copy = Arc::clone(&text);
        thread::spawn(move || {
            if let Some(from) = from {
                forward(from, &copy);
            }
            // Nobody waits where the runner has given up.
            let _ = sender.send(());
        });
        Self { text, has_ended }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until everything is passed on.
    pub(super) fn finish(&self) {
        // Whatever is still open then belongs to a process that goes on.
        let _ = self.has_ended.recv_timeout(LONGEST_WAIT);
    }
}

fn forward(mut from: ChildStdout, text: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        text.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
        let mut stdout = io::stdout().lock();
        if stdout.write_all(&buffer[..length]).and_then(|()| stdout.flush()).is_err() {
            return;
        }
    }
}

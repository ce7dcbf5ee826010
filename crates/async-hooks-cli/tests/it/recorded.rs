//! Recordings, made for one test each.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, set_attribute};
use async_hooks_recorder::{FlightRecorder, Recording};

/// A recorder sees what all tests do, so one test records at a time.
static TURN: Mutex<()> = Mutex::new(());

static LABEL: AsyncLocal<String> = AsyncLocal::new();

/// The file of a recording, and two resources of it: the first one has caused the second.
pub(crate) struct Recorded {
    pub(crate) file: PathBuf,
    pub(crate) recording: Recording,
    pub(crate) request: AsyncId,
    pub(crate) query: AsyncId,
}

pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Records a request and its query, both of which end. `name` is the file's.
pub(crate) fn recorded(name: &str) -> Recorded {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = FlightRecorder::builder().label_with(|| LABEL.get()).build();
    let (request, query) = {
        let _enabled = recorder.enable_scoped();
        let request = LABEL.run("/orders/\u{1b}[2J<script>", || AsyncResource::new("request"));
        let query = request.run_in_async_scope(|| AsyncResource::new("query"));
        query.run_in_async_scope(|| set_attribute("rows", 3_u32));
        ({ request }.async_id(), { query }.async_id())
    };
    saved(name, recorder.recording(), request, query)
}

/// Records more than a recorder can hold.
pub(crate) fn overflowed(name: &str) -> Recorded {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = FlightRecorder::builder().memory(64 << 10).build();
    let _enabled = recorder.enable_scoped();
    let job = AsyncResource::new("job");
    (0..100_000).for_each(|_| job.run_in_async_scope(|| ()));
    saved(name, recorder.recording(), job.async_id(), job.async_id())
}

fn saved(name: &str, recording: Recording, request: AsyncId, query: AsyncId) -> Recorded {
    let file = folder().join(format!("{name}.pftrace.gz"));
    recording.save(&file).unwrap();
    let recording = Recording::open(&file).unwrap();
    Recorded { file, recording, request, query }
}

impl Recorded {
    pub(crate) fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }
}

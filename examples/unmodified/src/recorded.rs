//! One program, recorded on a runtime of its own.

use std::collections::HashMap;
use std::time::Duration;

use async_hooks::recorder::{FlightRecorder, Recording};
use futures::future;
use tokio::runtime::Handle;
use tokio::{task, time};

use crate::cast::Cast;
use crate::manner::Manner;
use crate::runtimes::Flavor;
use crate::witness::{self, Task};
use crate::{Failure, runtimes, settled};

pub(crate) struct Recorded {
    pub(crate) manner: Manner,
    /// While what the program leaves behind was alive, or in the middle.
    pub(crate) living: Recording,
    /// By tokio's metrics at that time.
    pub(crate) spawned: u64,
    pub(crate) alive: usize,
    /// After the runtime's end.
    pub(crate) ended: Recording,
    pub(crate) tasks: HashMap<task::Id, Task>,
    pub(crate) cast: Cast,
}

/// Runs a program, and ends its runtime.
pub(crate) fn run(
    flavor: Flavor,
    manner: Manner,
    program: impl Future<Output = Result<Cast, Failure>> + Send + 'static,
) -> Result<Recorded, Failure> {
    let memory = if manner == Manner::SmallRings { 64 << 10 } else { 128 << 20 };
    let recorder = FlightRecorder::builder().memory(memory).build();
    let runtime = runtimes::build(flavor)?;
    let cast = match manner {
        Manner::Whole | Manner::SmallRings => {
            recorder.enable();
            runtime.block_on(program)?
        }
        Manner::CutShort => {
            recorder.enable();
            runtime.spawn(program);
            runtime.block_on(middle());
            Cast::default()
        }
        Manner::FromTheMiddle => {
            let enabling = async { _ = (middle().await, recorder.enable()) };
            runtime.block_on(future::join(enabling, program)).1?
        }
    };
    let (living, spawned, alive) = match manner {
        Manner::Whole => runtime.block_on(settled::recording(&recorder)),
        _ => (recorder.recording(), 0, 0),
    };
    drop(runtime);
    recorder.disable();
    Ok(Recorded { manner, living, spawned, alive, ended: recorder.recording(), tasks: witness::take(), cast })
}

/// Until a hundred tasks have ended, while all others run.
async fn middle() {
    let metrics = Handle::current().metrics();
    while metrics.spawned_tasks_count() < metrics.num_alive_tasks() as u64 + 100 {
        time::sleep(Duration::from_millis(1)).await;
    }
}

//! How much processor time our threads of another process have taken.

use std::fs;

use crate::Failure;

/// Linux counts in hundredths of a second.
const TICK: f64 = 0.01;

/// In seconds, of the threads that `SpanPipeline` has started.
pub(crate) fn processor_time(process: u32) -> Result<f64, Failure> {
    let mut ticks = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("stat"))?;
        // The name is in parentheses, and may have any letters in it.
        let (name, figures) = stat.rsplit_once(") ").ok_or("no name")?;
        if name.contains("(async-hooks ") {
            let figures = figures.split(' ').skip(11).take(2);
            ticks += figures.filter_map(|time| time.parse::<u64>().ok()).sum::<u64>();
        }
    }
    Ok(ticks as f64 * TICK)
}

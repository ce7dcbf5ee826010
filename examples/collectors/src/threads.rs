//! The threads of another process that export.

use std::fs;

use crate::Failure;
use crate::export_runtime;

/// Linux counts in hundredths of a second.
const TICK: f64 = 0.01;

/// One that `SpanPipeline` has started, or that of the exporter's runtime.
pub(crate) struct Exporting {
    pub(crate) id: u32,
    /// Those that it may run on, as Linux lists them.
    pub(crate) processors: String,
    /// The processor time that it has taken, in seconds.
    time: f64,
}

pub(crate) fn exporting(process: u32) -> Result<Vec<Exporting>, Failure> {
    let mut threads = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        let stat = fs::read_to_string(thread.join("stat"))?;
        // The name is in parentheses, and may have any letters in it.
        let (id_and_name, figures) = stat.rsplit_once(") ").ok_or("no name")?;
        let (id, name) = id_and_name.split_once(" (").ok_or("no id")?;
        if name.starts_with("async-hooks ") || name == export_runtime::THREAD {
            let ticks = figures.split(' ').skip(11).take(2).filter_map(|time| time.parse::<u32>().ok());
            let status = fs::read_to_string(thread.join("status"))?;
            let processors = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
            threads.push(Exporting {
                id: id.parse()?,
                processors: processors.unwrap_or_default().trim().to_owned(),
                time: f64::from(ticks.sum::<u32>()) * TICK,
            });
        }
    }
    Ok(threads)
}

/// The processor time that they have taken together, in seconds.
pub(crate) fn processor_time(process: u32) -> Result<f64, Failure> {
    Ok(exporting(process)?.iter().map(|thread| thread.time).sum())
}

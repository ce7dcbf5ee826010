//! Jobs on rayon's threads run as the request that made them.
//!
//! A `Snapshot` brings the values of all locals into each job. A resource brings the ids as well, and reports then show
//! the whole computation below its request.
//!
//! ```text
//! a job as it is            ["nobody", "nobody"]
//! in a snapshot             ["0 for alice", "1 for alice"]
//! in a resource             id 3, because of 2, for bob
//! ```
//!
//! Node: a worker thread shares no stores with its parent.

use std::error::Error;

use async_hooks::prelude::*;
use rayon::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

fn user() -> &'static str {
    USER.with(|user| user.copied().unwrap_or("nobody"))
}

/// The values alone: enough for log lines and for code that reads the user.
fn with_values(numbers: &[u32]) -> Vec<String> {
    let snapshot = Snapshot::current();
    numbers.par_iter().map(|number| snapshot.run(|| format!("{number} for {}", user()))).collect()
}

/// One resource for the whole computation, entered by each job.
fn with_ids(numbers: &[u32]) -> Vec<(AsyncId, Option<AsyncId>, &'static str)> {
    let computation = AsyncResource::new("computation");
    let job = |_| computation.run_in_async_scope(|| (execution_async_id(), trigger_async_id(), user()));
    numbers.par_iter().map(job).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u32> = (0..8).collect();

    let plain: Vec<_> = USER.run("alice", || numbers.par_iter().map(|_| user()).collect());
    println!("a job as it is            {:?}", &plain[..2]);
    assert!(plain.iter().all(|user| *user == "nobody"));

    let lines = USER.run("alice", || with_values(&numbers));
    println!("in a snapshot             {:?}", &lines[..2]);
    assert!(lines.iter().enumerate().all(|(number, line)| *line == format!("{number} for alice")));

    let request = AsyncResource::new("request");
    let jobs = request.run_in_async_scope(|| USER.run("bob", || with_ids(&numbers)));
    let (id, trigger, user) = jobs.first().ok_or("no job has run")?;
    println!("in a resource             id {id}, because of {}, for {user}", request.async_id());
    assert!(jobs.iter().all(|job| job == &(*id, Some(request.async_id()), "bob")), "{trigger:?}");
    Ok(())
}

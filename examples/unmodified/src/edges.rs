//! What caused what, by the lines that spawned: the tree must have this shape, and no other.

use std::collections::{BTreeMap, HashMap};

use async_hooks::AsyncId;
use tokio::task;

use crate::causes::{caused_by, is_from_drop, is_from_job};
use crate::recorded::Recorded;
use crate::witness::Task;

/// A task, what has triggered it, and the least number of such tasks.
pub(crate) type Edge = (&'static str, &'static str, usize);

/// How often each pair was seen; a task is named by the program, else by the line's file.
pub(crate) fn seen(recorded: &Recorded) -> BTreeMap<(String, String), usize> {
    let name = |(id, task): (&task::Id, &Task)| {
        let name = recorded.cast.name(*id).map_or_else(|| source(task.file), str::to_owned);
        (task.async_id, name)
    };
    let names: HashMap<AsyncId, String> = recorded.tasks.iter().map(name).collect();
    let mut seen = BTreeMap::new();
    for task in recorded.tasks.values() {
        let life = recorded.ended.lifetime(task.async_id);
        let trigger = match life.and_then(|life| caused_by(&recorded.ended, life)) {
            _ if is_from_job(recorded, task) => "a blocking job",
            _ if is_from_drop(recorded, task) => "a drop",
            Some(AsyncId::ROOT) => "the root",
            Some(id) => names.get(&id).map_or("another runtime's", String::as_str),
            None => "nothing",
        };
        let name = names.get(&task.async_id).cloned().unwrap_or_default();
        *seen.entry((name, trigger.to_owned())).or_insert(0) += 1;
    }
    seen
}

/// `mini-redis server.rs` for a package's file, `program web.rs` for one of ours.
fn source(file: &str) -> String {
    let (package, file) = file.rsplit_once("/src/").unwrap_or(("", file.trim_start_matches("src/")));
    let folder = package.rsplit('/').next().unwrap_or_default();
    format!("{} {file}", folder.rsplit_once('-').map_or("program", |(name, _version)| name))
}

/// The pairs that are expected and were seen too rarely, and those that are not expected.
pub(crate) fn wrong(seen: &BTreeMap<(String, String), usize>, edges: &[Edge]) -> Vec<String> {
    let count = |task: &str, trigger: &str| seen.get(&(task.into(), trigger.into())).copied().unwrap_or_default();
    let is_rare = |&&(task, trigger, least): &&Edge| count(task, trigger) < least;
    let is_expected = |(task, trigger): &(String, String)| edges.iter().any(|edge| edge.0 == task && edge.1 == trigger);
    let rare = edges.iter().filter(is_rare).map(|(task, trigger, least)| {
        format!("{task}, triggered by {trigger}: {} times, not {least}", count(task, trigger))
    });
    let unexpected = seen.keys().filter(|edge| !is_expected(edge));
    rare.chain(unexpected.map(|(task, trigger)| format!("{task}, triggered by {trigger}: not expected"))).collect()
}

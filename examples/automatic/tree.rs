//! Every task below the one that caused it, kept by a hook of one line.

use std::sync::{Mutex, PoisonError};

use async_hooks::{AsyncId, Resource, create_hook};

static TASKS: Mutex<Vec<Resource>> = Mutex::new(Vec::new());

pub(crate) fn watch() {
    create_hook().init(|task| TASKS.lock().unwrap_or_else(PoisonError::into_inner).push(*task)).build().enable();
}

fn caused_by(trigger: AsyncId) -> Vec<Resource> {
    let tasks = TASKS.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.iter().filter(|task| task.trigger_async_id() == Some(trigger)).copied().collect()
}

pub(crate) fn print(trigger: AsyncId, indent: &str) {
    let mut caused = caused_by(trigger).into_iter().peekable();
    while let Some(task) = caused.next() {
        let (turn, below) = if caused.peek().is_some() { ("├─", "│  ") } else { ("└─", "   ") };
        let branch = format!("{indent}{turn} {}:{}", file(&task), task.location().line());
        println!("{branch:<68}task {}", task.async_id());
        print(task.async_id(), &format!("{indent}{below}"));
    }
}

/// The packages that spawned, each with what its task caused in brackets.
pub(crate) fn shape(trigger: AsyncId) -> String {
    let shape = |task: Resource| format!(" {}({})", package(&task), shape(task.async_id()));
    caused_by(trigger).into_iter().map(shape).collect::<String>().trim().replace("()", "")
}

/// The package whose line spawned the task, without its version.
pub(crate) fn package(task: &Resource) -> &'static str {
    let directory = file(task).split('/').next().unwrap_or_default();
    directory.rsplit_once('-').map_or(directory, |(name, _version)| name)
}

/// From the package on, where the registry has it.
fn file(task: &Resource) -> &'static str {
    let file = task.location().file();
    let package = file.rfind("/src/").and_then(|end| file[..end].rfind('/'));
    &file[package.map_or(0, |slash| slash + 1)..]
}

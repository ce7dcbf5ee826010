//! The names of those tasks that a program's edges are about.

use std::collections::HashMap;

use tokio::task;

#[derive(Default)]
pub(crate) struct Cast {
    names: HashMap<task::Id, &'static str>,
}

impl Cast {
    pub(crate) fn add(&mut self, name: &'static str, task: task::Id) {
        self.names.insert(task, name);
    }

    pub(crate) fn name(&self, task: task::Id) -> Option<&'static str> {
        self.names.get(&task).copied()
    }
}

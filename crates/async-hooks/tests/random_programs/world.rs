//! What exists once in a running program: runtime, locals, names of resources, logs.

use std::array;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks::Inherit;
use async_hooks::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, yield_now};

use crate::built;
use crate::life::Recorder;
use crate::outcome::{End, Entry, Name, Outcome};
use crate::program::{BARRIER, DEFAULTS, FORKED, LOCALS, Local, Value, fork};

pub(crate) struct World {
    pub(crate) locals: [AsyncLocal<Value>; LOCALS],
    pub(crate) tasks: Tasks,
    names: Mutex<HashMap<AsyncId, Name>>,
    logs: Mutex<BTreeMap<Name, Vec<Note>>>,
    spawned: Mutex<Vec<AbortHandle>>,
}

/// An entry in a log, before ids have names.
pub(crate) enum Note {
    Saw { executing: AsyncId, trigger: Option<AsyncId>, values: [Option<Value>; LOCALS] },
    Joined(End),
}

/// What the program runs on.
#[derive(Clone, Copy)]
pub(crate) enum Threads {
    One,
    TwoWorkers,
}

/// Who makes resources of the tasks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tasks {
    /// The wrapper that spawns them.
    Wrapped,
    /// Their runtime; tokio spawns them.
    #[allow(dead_code, reason = "no runtime does without the cfg, and not every test asks for it")]
    Plain,
}

impl World {
    pub(crate) fn new(tasks: Tasks) -> Self {
        let local = |local: Local| {
            let inherit = match local {
                BARRIER => Inherit::Barrier,
                FORKED => Inherit::Fork(fork as fn(&Value) -> Value),
                _ => Inherit::Always,
            };
            DEFAULTS[local].map_or_else(AsyncLocal::new, |_| AsyncLocal::with_default(|| 0)).inherit(inherit)
        };
        let locals = array::from_fn(local);
        let names = HashMap::from([(AsyncId::ROOT, "root".into())]);
        World { locals, tasks, names: Mutex::new(names), logs: Mutex::default(), spawned: Mutex::default() }
    }

    pub(crate) fn runtime(self: &Arc<Self>, threads: Threads) -> Runtime {
        let (parking, stopping) = (Arc::clone(self), Arc::clone(self));
        let mut builder = match threads {
            Threads::One => Builder::new_current_thread(),
            Threads::TwoWorkers => Builder::new_multi_thread(),
        };
        builder.worker_threads(2).on_thread_stop(move || stopping.watch_thread());
        // Of one thread only, the root context is what the program itself enters, and observes.
        if let Threads::TwoWorkers = threads {
            builder.on_thread_park(move || parking.watch_thread());
        }
        built::build(&mut builder).unwrap_or_else(|error| panic!("no runtime: {error}"))
    }

    pub(crate) fn note_spawned(&self, task: AbortHandle) {
        lock(&self.spawned).push(task);
    }

    /// Aborts what waits for ever, so that its drop runs in its scope.
    ///
    /// With the runtime's end it would not, as far as tokio reports it.
    pub(crate) async fn abort_all(&self) {
        let spawned = mem::take(&mut *lock(&self.spawned));
        spawned.iter().for_each(AbortHandle::abort);
        while !spawned.iter().all(AbortHandle::is_finished) {
            yield_now().await;
        }
    }

    /// Rule 6: a thread that has nothing to do has nothing on it.
    ///
    /// Otherwise it gets a log, which it has in no model.
    fn watch_thread(&self) {
        let is_clean = execution_async_id() == AsyncId::ROOT && self.values() == DEFAULTS;
        if !is_clean {
            self.observe("an idle thread");
        }
    }

    pub(crate) fn observe(&self, name: &str) {
        let (executing, trigger, values) = (execution_async_id(), trigger_async_id(), self.values());
        self.note(name, Note::Saw { executing, trigger, values });
    }

    /// Observes once more when it is dropped, in whatever way that comes about.
    pub(crate) fn at_end(self: &Arc<Self>, name: Name) -> AtEnd {
        AtEnd { world: Arc::clone(self), name }
    }

    /// What was captured while the locals were set is of no use any more.
    pub(crate) fn disable(&self) {
        self.locals.iter().for_each(AsyncLocal::disable);
    }

    fn values(&self) -> [Option<Value>; LOCALS] {
        self.locals.each_ref().map(|local| local.with(|value| value.copied()))
    }

    pub(crate) fn note(&self, name: &str, note: Note) {
        lock(&self.logs).entry(name.into()).or_default().push(note);
    }

    /// The first name stays: an id that turns up twice is a mistake to be seen.
    pub(crate) fn give_name(&self, id: AsyncId, name: &Name) {
        lock(&self.names).entry(id).or_insert_with(|| name.clone());
    }

    pub(crate) fn outcome(&self, recorder: &Recorder) -> Outcome {
        let names = lock(&self.names);
        let name = |id: AsyncId| names.get(&id).cloned().unwrap_or_else(|| format!("unknown {id}"));
        let entry = |note: Note| match note {
            Note::Joined(end) => Entry::Joined(end),
            Note::Saw { executing, trigger, values } => {
                Entry::Saw { executing: name(executing), trigger: trigger.map(name), values }
            }
        };
        let logs = mem::take(&mut *lock(&self.logs)).into_iter();
        let logs = logs.map(|(name, notes)| (name, notes.into_iter().map(entry).collect()));
        let (mut lives, mut broken) = (BTreeMap::new(), BTreeMap::new());
        for (id, name) in names.iter().filter(|(id, _)| **id != AsyncId::ROOT) {
            match recorder.life(*id) {
                Ok(life) => drop(lives.insert(name.clone(), life)),
                Err(events) => drop(broken.insert(name.clone(), events)),
            }
        }
        Outcome { logs: logs.collect(), lives, broken }
    }
}

pub(crate) struct AtEnd {
    world: Arc<World>,
    name: Name,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.world.observe(&self.name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The threads that programs run on, and what these show when a program has ended.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, mpsc};
use std::thread;

use async_hooks::{AsyncId, execution_async_id};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tracing::dispatcher::DefaultGuard;
use tracing::{dispatcher, info_span};

use crate::program::{LOCALS, Program, Spawned};
use crate::subscriber::Subscriber;
use crate::task::{ALL, Held, Task, World};

/// A runtime on one thread, whose tasks hold spans and guards over their awaits.
pub(crate) struct OneThread {
    runtime: Runtime,
    world: World,
    _default: DefaultGuard,
}

impl OneThread {
    pub(crate) fn start() -> Self {
        let world = world();
        let _default = dispatcher::set_default(&world.subscriber.dispatch);
        OneThread { runtime: build(&mut Builder::new_current_thread()), world, _default }
    }

    pub(crate) fn run(&self, program: &Program) -> Result<(), String> {
        let tasks = LocalSet::new();
        for (number, (spawned, steps)) in (1..).zip(&program.0) {
            // A plain task of a local set belongs to no resource: what it holds over an await, its siblings see.
            let task = Task::<Vec<Held>>::new(number, *spawned == Spawned::Wrapped, self.world.clone());
            let steps = steps.clone();
            let _entered = tasks.enter();
            match spawned {
                Spawned::Wrapped => drop(async_hooks::tokio::spawn_local(task.run(steps))),
                Spawned::Plain => drop(tokio::task::spawn_local(task.run(steps))),
            }
        }
        self.runtime.block_on(tasks);
        self.world.subscriber.give_layer_back();
        let world = self.world.clone();
        self.world.elsewhere.run(move || look(&world));
        look(&self.world);
        outcome(&self.world)
    }
}

/// A runtime of two workers, between which tasks move.
pub(crate) struct TwoWorkers {
    runtime: Runtime,
    world: World,
}

impl TwoWorkers {
    pub(crate) fn start() -> Self {
        let world = world();
        let (of_worker, parking) = (world.clone(), world.clone());
        let mut builder = Builder::new_multi_thread();
        // For as long as the worker runs.
        let install = move || mem::forget(dispatcher::set_default(&of_worker.subscriber.dispatch));
        builder.worker_threads(2).on_thread_start(install).on_thread_park(move || look(&parking));
        TwoWorkers { runtime: build(&mut builder), world }
    }

    pub(crate) fn run(&self, program: &Program) -> Result<(), String> {
        // What a layer that is gone had entered stays for a while, and in an untracked task its values do.
        let are_all_judged = cfg!(tokio_unstable) || !program.has_reloads();
        let spawn = |number: u32, spawned: Spawned, steps| {
            let task = Task::<()>::new(number, are_all_judged || spawned == Spawned::Wrapped, self.world.clone());
            match spawned {
                Spawned::Wrapped => async_hooks::tokio::spawn(task.run(steps)),
                Spawned::Plain => tokio::spawn(task.run(steps)),
            }
        };
        self.runtime.block_on(async {
            let tasks: Vec<_> = (1..)
                .zip(&program.0)
                .map(|(number, (spawned, steps))| spawn(number, *spawned, steps.clone()))
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        self.world.subscriber.give_layer_back();
        let world = self.world.clone();
        self.world.elsewhere.run(move || look(&world));
        outcome(&self.world)
    }
}

/// A thread that runs the closures it is given, while the caller waits.
pub(crate) struct Elsewhere(mpsc::Sender<Box<dyn FnOnce() + Send>>);

impl Elsewhere {
    fn start(subscriber: &Subscriber) -> Self {
        let (send, work) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let dispatch = subscriber.dispatch.clone();
        thread::spawn(move || dispatcher::with_default(&dispatch, || work.into_iter().for_each(|work| work())));
        Elsewhere(send)
    }

    pub(crate) fn run<R: Send + 'static>(&self, f: impl FnOnce() -> R + Send + 'static) -> R {
        let (send, outcome) = mpsc::sync_channel(1);
        let work = move || drop(send.send(catch_unwind(AssertUnwindSafe(f))));
        self.0.send(Box::new(work)).unwrap();
        outcome.recv().unwrap().unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    }
}

fn world() -> World {
    let subscriber = Subscriber::new();
    let elsewhere = Arc::new(Elsewhere::start(&subscriber));
    World { subscriber, elsewhere, faults: Arc::default() }
}

fn build(builder: &mut Builder) -> Runtime {
    #[cfg(tokio_unstable)]
    async_hooks::tokio::BuilderExt::async_hooks(builder);
    builder.build().unwrap()
}

/// Reports what this thread shows that it should not, while the layer is there.
///
/// A span is entered first, so that the thread leaves what layers had entered that are gone.
fn look(world: &World) {
    world.subscriber.while_layer_is_there(|| {
        info_span!("look").in_scope(|| ());
        let (id, values) = (execution_async_id(), ALL.each_ref().map(|local| local.with(|value| value.copied())));
        if id != AsyncId::ROOT || values != [None; LOCALS] {
            world.report(format!("an idle thread shows {id} and {values:?}"));
        }
    });
}

fn outcome(world: &World) -> Result<(), String> {
    let faults = mem::take(&mut *world.faults.lock().unwrap_or_else(PoisonError::into_inner));
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

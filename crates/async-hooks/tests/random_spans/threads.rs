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
pub(crate) struct OneThread(Worker<(Runtime, World, DefaultGuard)>);

impl OneThread {
    pub(crate) fn start() -> Self {
        OneThread(Worker::start(|| {
            let world = world();
            let default = dispatcher::set_default(&world.subscriber.dispatch);
            (build(&mut Builder::new_current_thread()), world, default)
        }))
    }

    pub(crate) fn run(&self, program: &Program) -> Result<(), String> {
        let program = program.clone();
        self.0.run(move |(runtime, world, _)| run_on_this_thread(runtime, world, program))
    }
}

fn run_on_this_thread(runtime: &Runtime, world: &World, program: Program) -> Result<(), String> {
    let tasks = LocalSet::new();
    for (number, (spawned, steps)) in (1..).zip(program.0) {
        // A plain task of a local set belongs to no resource: what it holds over an await, its siblings see.
        let task = Task::<Vec<Held>>::new(number, spawned == Spawned::Wrapped, world.clone());
        let _entered = tasks.enter();
        match spawned {
            Spawned::Wrapped => drop(async_hooks::tokio::spawn_local(task.run(steps))),
            Spawned::Plain => drop(tokio::task::spawn_local(task.run(steps))),
        }
    }
    runtime.block_on(tasks);
    world.subscriber.give_layer_back();
    look_elsewhere(world);
    look(world);
    outcome(world)
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
        look_elsewhere(&self.world);
        outcome(&self.world)
    }
}

/// A thread that runs the closures it is given, while the caller waits.
pub(crate) struct Worker<S>(mpsc::Sender<Work<S>>);

type Work<S> = Box<dyn FnOnce(&mut S) + Send>;

impl<S: 'static> Worker<S> {
    fn start(make: impl FnOnce() -> S + Send + 'static) -> Self {
        let (send, work) = mpsc::channel::<Work<S>>();
        thread::spawn(move || {
            let mut state = make();
            work.into_iter().for_each(|work| work(&mut state));
        });
        Worker(send)
    }

    pub(crate) fn run<R: Send + 'static>(&self, f: impl FnOnce(&mut S) -> R + Send + 'static) -> R {
        let (send, outcome) = mpsc::sync_channel(1);
        let work = move |state: &mut S| drop(send.send(catch_unwind(AssertUnwindSafe(|| f(state)))));
        self.0.send(Box::new(work)).unwrap();
        outcome.recv().unwrap().unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    }
}

fn world() -> World {
    let subscriber = Subscriber::new();
    let dispatch = subscriber.dispatch.clone();
    let elsewhere = Arc::new(Worker::start(move || dispatcher::set_default(&dispatch)));
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

fn look_elsewhere(world: &World) {
    let looking = world.clone();
    world.elsewhere.run(move |_| look(&looking));
}

fn outcome(world: &World) -> Result<(), String> {
    let faults = mem::take(&mut *world.faults.lock().unwrap_or_else(PoisonError::into_inner));
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

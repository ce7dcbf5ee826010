//! Runs a program for real.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{any::Any, future, thread};

use async_hooks::AsyncLocalGuard;
use async_hooks::prelude::*;
use async_hooks::tokio::{spawn, spawn_blocking};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::life::Recorder;
use crate::outcome::{End, Name, Outcome};
use crate::program::{Act, Around, Program, Step, Trigger, Value};
use crate::world::{AtEnd, Note, Tasks, Threads, World};

/// The program itself or a task, wherever it executes.
struct Strand {
    world: Arc<World>,
    name: Name,
    id: AsyncId,
    created: Arc<AtomicUsize>,
    kept: Kept,
    children: Vec<Child>,
    /// Whom to tell when the strand parks: the innermost `Cancel` is the last.
    cancels: Vec<oneshot::Sender<()>>,
    /// Gone once the strand has ended or waits for ever.
    running: Option<mpsc::Sender<()>>,
}

#[derive(Clone, Default)]
struct Kept {
    snapshots: Vec<Snapshot>,
    bound: Vec<Arc<dyn Fn(Strand) + Send + Sync>>,
}

struct Child {
    handle: JoinHandle<()>,
    parked: oneshot::Receiver<()>,
}

/// The payload of the panics that are part of the program.
struct Deliberate;

/// Runs the program on a thread with an untouched root context, until all of it is dropped.
pub(crate) fn outcome(program: &Program, tasks: Tasks, threads: Threads) -> Outcome {
    let (world, recorder) = (Arc::new(World::new(tasks)), Recorder::start());
    let run = || run(&world, program, world.runtime(threads));
    if let Err(payload) = thread::scope(|scope| scope.spawn(run).join()) {
        resume_unwind(payload);
    }
    world.outcome(&recorder)
}

fn run(world: &Arc<World>, program: &Program, runtime: Runtime) {
    let (running, mut all) = mpsc::channel(1);
    let (mut root, _) = Strand::new(world, "root".into(), Kept::default(), Some(running));
    let snapshots = runtime.block_on(async {
        steps(&mut root, &program.0).await;
        let snapshots = root.kept.snapshots.clone();
        drop(root);
        while all.recv().await.is_some() {}
        world.abort_all().await;
        snapshots
    });
    drop(runtime);
    world.disable();
    world.observe("root");
    snapshots.iter().for_each(|snapshot| snapshot.run(|| world.observe("root")));
}

impl Strand {
    /// With it comes word of when it parks.
    fn new(
        world: &Arc<World>,
        name: Name,
        mut kept: Kept,
        running: Option<mpsc::Sender<()>>,
    ) -> (Self, oneshot::Receiver<()>) {
        kept.snapshots.push(Snapshot::current());
        let (world, created, children) = (Arc::clone(world), Arc::default(), Vec::new());
        let (cancel, parked) = oneshot::channel();
        let cancels = vec![cancel];
        (Strand { world, name, id: AsyncId::ROOT, created, kept, children, cancels, running }, parked)
    }

    fn child(&self) -> (Self, oneshot::Receiver<()>) {
        Strand::new(&self.world, self.next_name(), self.kept.clone(), self.running.clone())
    }

    /// The first thing that a child does: only now it is known who it is.
    fn begin(&mut self) {
        self.id = execution_async_id();
        self.world.give_name(self.id, &self.name);
    }

    /// The same strand, where its resources and tasks are temporary and it does not park.
    fn aside(&self, kept: Kept) -> Self {
        let Strand { world, name, id, created, running, .. } = self;
        let (world, name, created, running) = (Arc::clone(world), name.clone(), Arc::clone(created), running.clone());
        Strand { world, name, id: *id, created, kept, children: Vec::new(), cancels: Vec::new(), running }
    }

    fn observe(&self) {
        self.world.observe(&self.name);
    }

    /// Observes once more when it is dropped, in whatever way that comes about.
    fn at_end(&self) -> AtEnd {
        self.world.at_end(self.name.clone())
    }

    fn next_name(&self) -> Name {
        format!("{}.{}", self.name, self.created.fetch_add(1, Ordering::Relaxed))
    }

    fn snapshot(&self, choice: usize) -> Snapshot {
        self.kept.snapshots[choice % self.kept.snapshots.len()].clone()
    }

    fn create(&self, trigger: Trigger) -> AsyncResource {
        let resource = match trigger {
            Trigger::Creator => AsyncResource::new("resource"),
            Trigger::Strand => AsyncResource::builder("resource").trigger_async_id(self.id).build(),
        };
        self.world.give_name(resource.async_id(), &self.next_name());
        resource
    }
}

fn steps<'a>(strand: &'a mut Strand, steps: &'a [Step]) -> BoxFuture<'a, ()> {
    let at_end = strand.at_end();
    let run = async move {
        let _at_end = at_end;
        for each in steps {
            strand.observe();
            step(strand, each).await;
        }
    };
    run.boxed()
}

async fn step(strand: &mut Strand, step: &Step) {
    match step {
        Step::Acts(each) => acts(strand, each),
        Step::Yield => tokio::task::yield_now().await,
        Step::Await(around, body) => {
            let depth = strand.cancels.len();
            awaitable(strand, *around, body).await;
            strand.cancels.truncate(depth);
        }
        Step::Interleave { around, first, meanwhile, then } => {
            let mut aside = strand.aside(strand.kept.clone());
            let body = [&first[..], &[Step::Yield], then].concat();
            let mut future = awaitable(&mut aside, *around, &body);
            assert!(futures::poll!(&mut future).is_pending());
            acts(strand, meanwhile);
            future.await;
        }
        Step::Discard(around, body) => drop(awaitable(strand, *around, body)),
        Step::Cancel(body) => {
            let depth = strand.cancels.len();
            let (cancel, parked) = oneshot::channel();
            strand.cancels.push(cancel);
            tokio::select! {
                biased;
                () = steps(strand, body) => {}
                _ = parked => {}
            }
            strand.cancels.truncate(depth);
        }
        Step::Park => park(strand).await,
        Step::Join(choice) => {
            if let Some(index) = choice.checked_rem(strand.children.len()) {
                let end = strand.children.remove(index).join().await;
                strand.world.note(&strand.name, Note::Joined(end));
            }
        }
    }
}

fn awaitable<'a>(strand: &'a mut Strand, around: Around, body: &'a [Step]) -> BoxFuture<'a, ()> {
    let world = Arc::clone(&strand.world);
    match around {
        Around::Local(local, Some(value)) => world.locals[local].scope(value, steps(strand, body)).boxed(),
        Around::Local(local, None) => world.locals[local].exit_scope(steps(strand, body)).boxed(),
        Around::Snapshot(choice) => strand.snapshot(choice).scope(steps(strand, body)).boxed(),
        Around::Resource(trigger) => strand.create(trigger).scope(steps(strand, body)).boxed(),
        Around::Catch => AssertUnwindSafe(steps(strand, body)).catch_unwind().map(only_deliberate).boxed(),
    }
}

async fn park(strand: &mut Strand) {
    // The strand itself waits for ever when nothing inside of it is there to cancel it.
    if strand.cancels.len() <= 1 {
        strand.running = None;
    }
    // A child that is never joined has nobody to report it to.
    let _ = strand.cancels.pop().map(|cancel| cancel.send(()));
    future::pending().await
}

impl Child {
    async fn join(self) -> End {
        if self.parked.await.is_ok() {
            self.handle.abort();
        }
        match self.handle.await {
            Ok(()) => End::Done,
            Err(error) if error.is_cancelled() => End::Parked,
            Err(error) => {
                only_deliberate(Err(error.into_panic()));
                End::Panicked
            }
        }
    }
}

fn acts(strand: &mut Strand, acts: &[Act]) {
    let world = Arc::clone(&strand.world);
    let _at_end = strand.at_end();
    let mut guards = Vec::new();
    for each in acts {
        strand.observe();
        act(strand, &world, &mut guards, each);
    }
}

fn act<'w>(strand: &mut Strand, world: &'w World, guards: &mut Vec<Option<AsyncLocalGuard<'w, Value>>>, act: &Act) {
    match act {
        Act::EnterWith(local, value) => world.locals[*local].enter_with(*value),
        Act::Enter(local, value) => guards.push(Some(world.locals[*local].enter(*value))),
        Act::Leave(choice) => {
            if let Some(index) = choice.checked_rem(guards.len()) {
                guards[index] = None;
            }
        }
        Act::Call(around, body) => call(strand, *around, body),
        Act::Capture => strand.kept.snapshots.push(Snapshot::current()),
        Act::Bind(body) => bind(strand, body.clone()),
        Act::CallBound(choice) => call_bound(strand, *choice),
        Act::Spawn(body) => spawn_steps(strand, body.clone()),
        Act::SpawnBlocking(body) => spawn_acts(strand, body.clone()),
        // Unlike `panic!`, prints nothing.
        Act::Panic => resume_unwind(Box::new(Deliberate)),
    }
}

fn call(strand: &mut Strand, around: Around, body: &[Act]) {
    let world = Arc::clone(&strand.world);
    match around {
        Around::Local(local, Some(value)) => world.locals[local].run(value, || acts(strand, body)),
        Around::Local(local, None) => world.locals[local].exit(|| acts(strand, body)),
        Around::Snapshot(choice) => strand.snapshot(choice).run(|| acts(strand, body)),
        Around::Resource(trigger) => strand.create(trigger).run_in_async_scope(|| acts(strand, body)),
        Around::Catch => only_deliberate(catch_unwind(AssertUnwindSafe(|| acts(strand, body)))),
    }
}

fn bind(strand: &mut Strand, body: Vec<Act>) {
    let (resource, name, kept) = (AsyncResource::new("bound"), strand.next_name(), strand.kept.clone());
    strand.world.give_name(resource.async_id(), &name);
    let at_end = strand.world.at_end(name);
    let bound = resource.bind(move |mut strand: Strand| {
        let _owned = &at_end;
        strand.kept = kept.clone();
        acts(&mut strand, &body);
    });
    strand.kept.bound.push(Arc::new(bound));
}

fn call_bound(strand: &Strand, choice: usize) {
    if let Some(index) = choice.checked_rem(strand.kept.bound.len()) {
        strand.kept.bound[index](strand.aside(Kept::default()));
    }
}

fn spawn_steps(strand: &mut Strand, body: Vec<Step>) {
    let (mut child, parked) = strand.child();
    let task = async move {
        child.begin();
        steps(&mut child, &body).await;
    };
    let handle = match strand.world.tasks {
        Tasks::Wrapped => spawn(task),
        Tasks::Plain => {
            let handle = tokio::spawn(task);
            strand.world.note_spawned(handle.abort_handle());
            handle
        }
    };
    strand.children.push(Child { handle, parked });
}

fn spawn_acts(strand: &mut Strand, body: Vec<Act>) {
    let (mut child, parked) = strand.child();
    let handle = spawn_blocking(move || {
        child.begin();
        acts(&mut child, &body);
    });
    strand.children.push(Child { handle, parked });
}

/// Nothing but the panics of the program itself is caught.
fn only_deliberate(outcome: Result<(), Box<dyn Any + Send>>) {
    match outcome {
        Err(payload) if !payload.is::<Deliberate>() => resume_unwind(payload),
        _ => {}
    }
}

//! Values that a span brings to the tasks spawned in it, however these are tracked.

use std::future::Future;
use std::pin::Pin;

use async_hooks::tokio::{JoinSet, spawn, spawn_blocking};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, yield_now};
use tracing::{Instrument as _, Span, info_span};

use crate::{Mode, TENANT, USER, on_each_runtime, tenant, user};

fn span_of(user: &'static str) -> Span {
    USER.run(user, || info_span!("request"))
}

type Seen = (Option<&'static str>, Option<&'static str>);

fn look() -> Seen {
    (user(), tenant())
}

async fn look_twice() -> Seen {
    let first = look();
    yield_now().await;
    assert_eq!(look(), first);
    first
}

type Spawn<T> = fn(Pin<Box<dyn Future<Output = T> + Send>>) -> JoinHandle<T>;

fn spawns<T: Send + 'static>() -> [Spawn<T>; 2] {
    [tokio::spawn, spawn]
}

#[test]
pub(crate) fn a_span_brings_its_values_to_a_task_that_is_instrumented_with_it() {
    on_each_runtime(async |_| {
        for spawn in spawns() {
            let task = spawn(Box::pin(look_twice().instrument(span_of("alice"))));
            assert_eq!(task.await.unwrap(), (Some("alice"), None));
        }
    });
}

#[test]
pub(crate) fn what_a_task_was_spawned_with_gives_way_to_a_span_inside_it() {
    on_each_runtime(async |_| {
        for spawn in spawns() {
            let span = span_of("alice");
            let task =
                USER.run("bob", || TENANT.run("acme", || spawn(Box::pin(look_twice().instrument(span.clone())))));
            assert_eq!(task.await.unwrap(), (Some("alice"), None));
        }
    });
}

#[test]
pub(crate) fn what_a_task_has_set_for_a_future_stays_on_top_of_a_span() {
    on_each_runtime(async |_| {
        for spawn in spawns() {
            let inner = look_twice().instrument(span_of("alice"));
            let task = spawn(Box::pin(USER.scope("carol", inner)));
            assert_eq!(task.await.unwrap(), (Some("carol"), None));
        }
    });
}

#[test]
fn what_a_tracked_task_has_set_for_good_stays_on_top_of_a_span() {
    on_each_runtime(async |mode| {
        let entering = |span: Span| async move {
            USER.enter_with("carol");
            let inside = look_twice().instrument(span).await;
            (inside, user())
        };
        let expected = ((Some("carol"), None), Some("carol"));
        assert_eq!(spawn(entering(span_of("alice"))).await.unwrap(), expected);
        if mode.tracks_plain_tasks() {
            assert_eq!(tokio::spawn(entering(span_of("alice"))).await.unwrap(), expected);
        }
    });
}

#[test]
pub(crate) fn a_span_of_the_root_future_brings_its_values_there() {
    on_each_runtime(async |_| {
        assert_eq!(look_twice().instrument(span_of("alice")).await, (Some("alice"), None));
        let seen = TENANT.scope("acme", look_twice().instrument(span_of("alice"))).await;
        assert_eq!(seen, (Some("alice"), Some("acme")));
        assert_eq!(look(), (None, None));
    });
}

#[test]
pub(crate) fn a_span_brings_its_values_to_blocking_jobs_and_to_the_tasks_of_a_set() {
    on_each_runtime(async |_| {
        let (job, plain_job) = (span_of("alice"), span_of("bob"));
        assert_eq!(spawn_blocking(move || job.in_scope(look)).await.unwrap(), (Some("alice"), None));
        let plain_job = tokio::task::spawn_blocking(move || plain_job.in_scope(look));
        assert_eq!(plain_job.await.unwrap(), (Some("bob"), None));
        let (mut set, in_set) = (JoinSet::new(), look_twice().instrument(span_of("carol")));
        TENANT.run("acme", || drop(set.spawn(in_set)));
        assert_eq!(set.join_next().await.unwrap().unwrap(), (Some("carol"), None));
    });
}

#[test]
fn a_task_spawned_inside_a_span_gets_what_the_span_has_brought() {
    on_each_runtime(async |mode| {
        let spawning = async {
            let tracked = spawn(look_twice()).await.unwrap();
            let plain = tokio::spawn(look_twice()).await.unwrap();
            (tracked, plain)
        };
        let (tracked, plain) = spawning.instrument(span_of("alice")).await;
        assert_eq!(tracked, (Some("alice"), None));
        let expected = if mode.tracks_plain_tasks() { Some("alice") } else { None };
        assert_eq!(plain, (expected, None));
    });
}

/// What a worker is to run, and the span in which it was asked for.
struct Message {
    span: Span,
    work: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Runs for others, as a buffer in front of a service does.
async fn worker(mut messages: mpsc::Receiver<Message>) {
    while let Some(message) = messages.recv().await {
        message.work.instrument(message.span).await;
    }
}

/// Asks the worker in bob's request, and says what it sees there.
async fn ask(send: &mpsc::Sender<Message>) -> Seen {
    let (answer, answered) = oneshot::channel();
    let asking = async {
        let work = Box::pin(async { answer.send(look_twice().await).unwrap() });
        send.send(Message { span: info_span!("bobs"), work }).await.unwrap();
    };
    USER.scope("bob", asking).await;
    answered.await.unwrap()
}

type Worker = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Has a worker started in alice's request, and asks it.
async fn asked_of(spawn: Spawn<()>, as_it_is: impl FnOnce(mpsc::Receiver<Message>) -> Worker) -> [Seen; 2] {
    let (send, messages) = mpsc::channel(1);
    let alices = USER.run("alice", || TENANT.run("acme", || info_span!("alices")));
    let worker = alices.in_scope(|| spawn(as_it_is(messages)));
    let answers = [ask(&send).await, ask(&send).await];
    drop(send);
    worker.await.unwrap();
    answers
}

#[test]
pub(crate) fn a_worker_started_in_one_request_runs_the_work_of_another_with_that_ones_values() {
    on_each_runtime(async |_| {
        for spawn in spawns() {
            let answers = asked_of(spawn, |messages| Box::pin(worker(messages))).await;
            assert_eq!(answers, [(Some("bob"), None); 2]);
        }
    });
}

#[test]
pub(crate) fn what_a_worker_has_set_itself_stays_on_top_of_the_work_of_others() {
    on_each_runtime(async |mode| {
        let carols = (Some("carol"), None);
        for spawn in spawns() {
            let answers = asked_of(spawn, |messages| Box::pin(USER.scope("carol", worker(messages)))).await;
            assert_eq!(answers, [carols; 2]);
        }
        let entering = |messages| -> Worker {
            Box::pin(async {
                USER.enter_with("carol");
                worker(messages).await;
            })
        };
        assert_eq!(asked_of(spawn, entering).await, [carols; 2]);
        if mode.tracks_plain_tasks() {
            assert_eq!(asked_of(tokio::spawn, entering).await, [carols; 2]);
        }
    });
}

#[test]
fn a_worker_is_itself_again_between_the_work_of_others() {
    on_each_runtime(async |mode: Mode| {
        for (spawn, is_tracked) in spawns().into_iter().zip([mode.tracks_plain_tasks(), true]) {
            let (between, seen) = mpsc::unbounded_channel();
            let looking = |mut messages: mpsc::Receiver<Message>| -> Worker {
                Box::pin(async move {
                    while let Some(message) = messages.recv().await {
                        message.work.instrument(message.span).await;
                        between.send(look()).unwrap();
                    }
                })
            };
            asked_of(spawn, looking).await;
            let mut seen = seen;
            let own = if is_tracked { (Some("alice"), Some("acme")) } else { (None, None) };
            assert_eq!((seen.recv().await, seen.recv().await), (Some(own), Some(own)));
        }
    });
}

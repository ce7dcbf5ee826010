//! Who executes, who caused it, and what can be built upon that.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::thread;

use async_hooks::tokio::spawn;
use async_hooks::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, create_hook, execution_async_id, execution_async_resource,
    trigger_async_id,
};
use axum::Router;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::yield_now;

use crate::recorder::{Record, Recorder};
use crate::runtimes::{elapse, on_each_runtime};

/// Who executes, and who caused it.
fn ids() -> (AsyncId, Option<AsyncId>) {
    (execution_async_id(), trigger_async_id())
}

const ROOT: (AsyncId, Option<AsyncId>) = (AsyncId::ROOT, None);

// N070: the main thread has a file of its own.
#[test]
fn every_thread_begins_in_the_root() {
    assert_eq!(ids(), ROOT);
    assert_eq!(thread::spawn(ids).join().unwrap(), ROOT);
    let resource = AsyncResource::new("spawns a thread");
    let inside = resource.run_in_async_scope(|| thread::spawn(|| (ids(), execution_async_resource().kind())));
    assert_eq!(inside.join().unwrap(), (ROOT, "root"), "a plain thread is not tracked");
}

// N071
#[test]
fn scopes_nest_and_are_left_one_by_one() {
    let a = AsyncResource::new("A");
    let b = AsyncResource::builder("B").trigger_async_id(a.async_id()).build();
    let (in_a, in_b) = ((a.async_id(), Some(AsyncId::ROOT)), (b.async_id(), Some(a.async_id())));
    a.run_in_async_scope(|| {
        assert_eq!(ids(), in_a);
        b.run_in_async_scope(|| {
            assert_eq!(ids(), in_b);
            a.run_in_async_scope(|| {
                assert_eq!(ids(), in_a);
                assert_eq!(AsyncResource::new("C").trigger_async_id(), Some(a.async_id()));
            });
            assert_eq!(ids(), in_b);
        });
        assert_eq!(ids(), in_a);
    });
    assert_eq!(ids(), ROOT);
}

// N072
#[test]
fn the_trigger_of_a_future_is_the_one_it_was_created_in() {
    on_each_runtime(|| async {
        let first = async {
            let second = async { ids() }.in_async_resource("second");
            let told = (second.resource().async_id(), second.resource().trigger_async_id());
            (execution_async_id(), told, second.await)
        };
        let first = first.in_async_resource("first");
        let id = first.resource().async_id();
        let (inside_first, told_of_second, inside_second) = first.await;
        assert_eq!(inside_first, id);
        assert_eq!(told_of_second.1, Some(id));
        assert_eq!(inside_second, told_of_second);
    });
}

// N073
#[test]
fn chained_futures_are_created_and_resolved_in_order() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let creator = execution_async_id();
        #[expect(clippy::async_yields_async, reason = "made inside the first, awaited behind it")]
        let first = async { async {}.in_async_resource("second") }.in_async_resource("first");
        first.await.await;

        let (first, second) = (recorder.the("first"), recorder.the("second"));
        assert_eq!(first.trigger_async_id(), Some(creator));
        assert_eq!(second.trigger_async_id(), Some(first.async_id()));
        let order = |event| Vec::from_iter(recorder.all(event).iter().map(Record::id));
        assert_eq!(order("init"), [first.async_id(), second.async_id()]);
        assert_eq!(order("resolve"), [first.async_id(), second.async_id()]);
    });
}

// N074
#[test]
fn a_task_spawned_outside_any_resource_is_triggered_by_the_root() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (id, trigger) = spawn(async { ids() }).await.unwrap();
        assert_eq!(trigger, Some(AsyncId::ROOT));
        assert_eq!(recorder.the("tokio::task").async_id(), id);
        let [init, before, after, _, destroy] = recorder.counts(id);
        assert!(before >= 1);
        assert_eq!([init, before, destroy], [1, after, 1]);
    });
}

// N075
#[test]
fn siblings_share_their_trigger() {
    on_each_runtime(|| async {
        let parent = spawn(async {
            let siblings = [spawn(async { trigger_async_id() }), spawn(async { trigger_async_id() })];
            let [first, second] = siblings;
            (execution_async_id(), first.await.unwrap(), second.await.unwrap())
        });
        let (parent, first, second) = parent.await.unwrap();
        assert_eq!((first, second), (Some(parent), Some(parent)));
        let stranger = spawn(async { trigger_async_id() }).await.unwrap();
        assert_ne!(stranger, first);
    });
}

/// A store by hand: what is created inherits the value of what executes.
#[derive(Clone, Default)]
struct Inherited(Arc<Mutex<HashMap<AsyncId, usize>>>);

impl Inherited {
    fn get(&self) -> Option<usize> {
        self.0.lock().unwrap().get(&execution_async_resource().async_id()).copied()
    }

    fn set(&self, value: usize) {
        self.set_of(execution_async_id(), value);
    }

    fn set_of(&self, id: AsyncId, value: usize) {
        self.0.lock().unwrap().insert(id, value);
    }
}

// N079
#[test]
fn a_store_built_upon_the_executing_resource_keeps_requests_apart() {
    const REQUESTS: usize = 10;
    on_each_runtime(|| async {
        let store = Inherited::default();
        let (heir, dead) = (store.clone(), store.clone());
        let hook = create_hook().init(move |resource| {
            if let Some(value) = heir.get() {
                heir.set_of(resource.async_id(), value);
            }
        });
        let hook = hook.destroy(move |resource| {
            dead.0.lock().unwrap().remove(&resource.async_id());
        });
        let _enabled = hook.build().enable_scoped();

        let all_have_set = Arc::new(Barrier::new(REQUESTS));
        let requests = Vec::from_iter((0..REQUESTS).map(|number| {
            let (store, all_have_set) = (store.clone(), Arc::clone(&all_have_set));
            spawn(async move {
                assert_eq!(store.get(), None);
                store.set(number);
                all_have_set.wait().await;
                elapse(number as u64 % 3).await;
                let in_a_child = store.clone();
                let child = spawn(async move {
                    elapse(1).await;
                    in_a_child.get()
                });
                (store.get(), child.await.unwrap())
            })
        }));
        for (number, request) in requests.into_iter().enumerate() {
            assert_eq!(request.await.unwrap(), (Some(number), Some(number)));
        }
        assert!(store.0.lock().unwrap().is_empty(), "destroy has removed every value");
    });
}

/// What executes here is what `init` announced under the same id.
fn assert_announced(recorder: &Recorder, kind: &str) {
    let executing = execution_async_resource();
    assert_eq!(executing.kind(), kind);
    assert_eq!(executing.async_id(), execution_async_id());
    assert_eq!(executing.trigger_async_id(), trigger_async_id());
    let announced = recorder.init(executing.async_id()).resource;
    assert_eq!(format!("{executing:?}"), format!("{announced:?}"));
}

/// Serves one connection, which is a task, whose requests are resources.
async fn serve_one_connection(listener: TcpListener, recorder: Recorder) {
    let (stream, _) = listener.accept().await.unwrap();
    assert_announced(&recorder, "tokio::task");
    let in_handler = recorder.clone();
    let handler = move || {
        let recorder = in_handler.clone();
        // The handler is called by the connection's task.
        assert_announced(&recorder, "tokio::task");
        let response = async move {
            assert_announced(&recorder, "http::request");
            yield_now().await;
            assert_announced(&recorder, "http::request");
            "alcazares"
        };
        response.in_async_resource("http::request")
    };
    let service = TowerToHyperService::new(Router::new().route("/", get(handler)));
    let connection = spawn(async move {
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap();
        assert_announced(&recorder, "tokio::task");
    });
    connection.await.unwrap();
}

// N081
#[test]
fn every_callback_of_an_http_exchange_runs_as_what_was_announced() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = spawn(serve_one_connection(listener, recorder.clone()));
        let in_client = recorder.clone();
        let client = spawn(async move {
            assert_announced(&in_client, "tokio::task");
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let response = client.get(url).send().await.unwrap();
            assert_announced(&in_client, "tokio::task");
            let text = response.text().await.unwrap();
            assert_announced(&in_client, "tokio::task");
            text
        });
        assert_eq!(client.await.unwrap(), "alcazares");
        server.await.unwrap();
        assert_eq!(recorder.the("http::request").kind(), "http::request");
        for record in recorder.records().iter().filter(|record| matches!(record.event, "before" | "after")) {
            assert_eq!(record.executing, record.resource);
        }
    });
}

static VALUE: AsyncLocal<usize> = AsyncLocal::new();

/// Checks that each poll leaves the thread as it found it.
///
/// What executes is a copy, so there is no depth to look at: a scope left standing shows as an id or a value of
/// somebody else.
fn leaving_no_trace<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let mut future = Box::pin(future);
    let standing = || (ids(), VALUE.get());
    poll_fn(move |context| {
        let before = standing();
        let polled = future.as_mut().poll(context);
        assert_eq!(standing(), before);
        polled
    })
}

// N085
#[test]
fn a_poll_leaves_nothing_on_its_thread() {
    on_each_runtime(|| async {
        let storm = |number: usize| async move {
            for round in 0..20 {
                VALUE.enter_with(number * 100 + round);
                let inner = async move {
                    VALUE.enter_with(0);
                    yield_now().await;
                    VALUE.run(1, || AsyncResource::new("scope").run_in_async_scope(|| VALUE.enter_with(2)));
                };
                leaving_no_trace(inner.in_async_resource("inner")).await;
                leaving_no_trace(VALUE.scope(3, yield_now())).await;
                assert_eq!(VALUE.get().as_deref(), Some(&(number * 100 + round)));
            }
        };
        let tasks = Vec::from_iter((0..50).map(|number| {
            let task = storm(number).in_async_resource("storm");
            let bare = leaving_no_trace(async move {
                leaving_no_trace(task).await;
                // A plain task has nothing of its own, so here it sees what its worker was left with.
                (ids(), VALUE.get())
            });
            tokio::spawn(bare)
        }));
        for task in tasks {
            assert_eq!(task.await.unwrap(), (ROOT, None));
        }
    });
}

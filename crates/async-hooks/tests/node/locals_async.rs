//! `AsyncLocal` over awaits, tasks, channels and sockets.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_hooks::prelude::*;
use async_hooks::tokio::{JoinSet, spawn};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::routing::get;
use futures::Stream;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{Mutex as Queue, oneshot};

use crate::runtimes::{elapse, on_each_runtime, one_thread, workers};

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

// N160
#[test]
fn a_scope_lasts_over_awaits_and_the_caller_sees_nothing_of_it() {
    on_each_runtime(|| async {
        let (entered, wait) = oneshot::channel();
        let (resume, resumed) = oneshot::channel();
        let inside = USER.scope("alice", async {
            entered.send(user()).unwrap();
            resumed.await.unwrap();
            elapse(1).await;
            user()
        });
        // Joined and not spawned: one task, which looks on while the scope waits.
        let outside = async {
            assert_eq!(wait.await.unwrap(), Some("alice"));
            assert_eq!(user(), None);
            resume.send(()).unwrap();
        };
        let (inside, ()) = tokio::join!(inside, outside);
        assert_eq!(inside, Some("alice"));
        assert_eq!(user(), None);
    });
}

// N161
#[test]
fn an_exit_scope_lasts_over_awaits_and_the_value_is_back_afterwards() {
    on_each_runtime(|| async {
        let exited = async {
            assert_eq!(user(), None);
            elapse(1).await;
            assert_eq!(user(), None);
            spawn(async { user() }).await.unwrap()
        };
        let scenario = async {
            assert_eq!(USER.exit_scope(exited).await, None);
            assert_eq!(user(), Some("alice"));
            elapse(1).await;
            assert_eq!(user(), Some("alice"));
        };
        USER.scope("alice", scenario).await;
        assert_eq!(user(), None);
    });
}

// N162
#[test]
fn an_error_leaves_a_scope_as_a_value_does() {
    async fn fails() -> Result<(), Option<&'static str>> {
        elapse(1).await;
        Err(user())
    }

    async fn passes_on() -> Result<(), Option<&'static str>> {
        let scope = async {
            fails().await?;
            unreachable!("it fails")
        };
        USER.scope("alice", scope).await
    }

    on_each_runtime(|| async {
        assert_eq!(passes_on().await, Err(Some("alice")));
        assert_eq!(user(), None);
    });
}

// N163
#[test]
fn a_thousand_tasks_at_once_read_each_its_own_value_at_every_step() {
    static NUMBER: AsyncLocal<u64> = AsyncLocal::new();
    async fn reads_its_own(number: u64) {
        for step in 1..=5 {
            // Different from task to task and from step to step, so that they overtake each other.
            elapse(number * step * 7919 % 23).await;
            assert_eq!(NUMBER.get().as_deref(), Some(&number));
        }
    }

    let scenario = async || {
        let mut tasks = JoinSet::new();
        for number in 0..1000 {
            NUMBER.run(number, || tasks.spawn(reads_its_own(number)));
        }
        assert_eq!(tasks.join_all().await.len(), 1000);
        assert_eq!(NUMBER.get(), None);
    };
    for runtime in [one_thread(), workers(4)] {
        runtime.block_on(scenario());
    }
}

// N165
#[test]
fn a_read_loop_sees_who_connected_and_the_server_does_not() {
    async fn echo(listener: TcpListener) -> [Option<&'static str>; 2] {
        let (mut socket, _) = listener.accept().await.unwrap();
        let accepted = user();
        let (mut reading, mut writing) = socket.split();
        tokio::io::copy(&mut reading, &mut writing).await.unwrap();
        [accepted, user()]
    }

    async fn client(address: SocketAddr) -> Vec<(u8, Option<&'static str>)> {
        let (mut reading, mut writing) = TcpStream::connect(address).await.unwrap().into_split();
        let read_loop = spawn(async move {
            let mut seen = Vec::new();
            while let Ok(byte) = reading.read_u8().await {
                seen.push((byte, user()));
            }
            seen
        });
        writing.write_all(b"hi").await.unwrap();
        writing.shutdown().await.unwrap();
        read_loop.await.unwrap()
    }

    on_each_runtime(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn(echo(listener));
        let seen = USER.scope("client", client(address)).await;
        assert_eq!(seen, [(b'h', Some("client")), (b'i', Some("client"))]);
        assert_eq!(server.await.unwrap(), [None, None]);
        assert_eq!(user(), None);
    });
}

// N166
#[test]
fn a_datagram_loop_sees_who_bound_it_and_the_server_does_not() {
    async fn echo(socket: UdpSocket) -> Option<&'static str> {
        let mut datagram = [0; 8];
        let (length, sender) = socket.recv_from(&mut datagram).await.unwrap();
        socket.send_to(&datagram[..length], sender).await.unwrap();
        user()
    }

    async fn client(server: SocketAddr) -> (Vec<u8>, Option<&'static str>) {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let receiving = Arc::clone(&socket);
        let receiver = spawn(async move {
            let mut datagram = [0; 8];
            let length = receiving.recv(&mut datagram).await.unwrap();
            (datagram[..length].to_vec(), user())
        });
        socket.connect(server).await.unwrap();
        socket.send(b"hello").await.unwrap();
        receiver.await.unwrap()
    }

    on_each_runtime(|| async {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let server = spawn(echo(socket));
        assert_eq!(USER.scope("client", client(address)).await, (b"hello".to_vec(), Some("client")));
        assert_eq!(server.await.unwrap(), None);
        assert_eq!(user(), None);
    });
}

/// A server that answers with the client's port and what it sees of its context.
async fn serve() -> SocketAddr {
    let answer =
        |ConnectInfo(client): ConnectInfo<SocketAddr>| async move { format!("{} {:?}", client.port(), user()) };
    let router = Router::new().route("/", get(answer)).into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

// N168
#[test]
fn the_response_of_a_client_is_handled_in_the_context_of_the_request() {
    on_each_runtime(|| async {
        let url = format!("http://{}/", serve().await);
        let handled = USER.scope("client", async {
            let response = reqwest::get(url).await.unwrap();
            let sent = user();
            let handler = spawn(async move { (response.text().await.unwrap(), user()) });
            (sent, handler.await.unwrap(), user())
        });
        let (sent, (answer, in_handler), received) = handled.await;
        assert_eq!([sent, in_handler, received], [Some("client"); 3]);
        assert!(answer.ends_with(" None"), "the server has seen {answer}");
        assert_eq!(user(), None);
    });
}

/// All that wait for the only connection get it in turn.
async fn request(connection: &Queue<SendRequest<Body>>) -> (String, Option<&'static str>) {
    let mut sender = connection.lock().await;
    sender.ready().await.unwrap();
    let request = Request::get("/").header("host", "localhost").body(Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = to_bytes(Body::new(response.into_body()), 1000).await.unwrap();
    (String::from_utf8(body.to_vec()).unwrap(), user())
}

// N169
#[test]
fn requests_of_three_contexts_over_one_connection_see_each_their_own() {
    on_each_runtime(|| async {
        let stream = TcpStream::connect(serve().await).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        // The connection is driven in the context of the first of them.
        USER.run("first", || spawn(connection));
        let pool = Arc::new(Queue::new(sender));
        let tasks = ["first", "second", "third"].map(|name| {
            let pool = Arc::clone(&pool);
            USER.run(name, || spawn(async move { request(&pool).await }))
        });
        let mut answers = Vec::new();
        for (task, name) in tasks.into_iter().zip(["first", "second", "third"]) {
            let (answer, seen) = task.await.unwrap();
            assert_eq!(seen, Some(name));
            answers.push(answer);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "not one connection: {answers:?}");
    });
}

/// A stream whose helper binds the completion callback, as a library should.
struct Finishing {
    on_finished: Option<Box<dyn FnOnce(()) + Send>>,
}

impl Finishing {
    fn new(on_finished: impl FnOnce() + Send + 'static) -> Self {
        let bound = AsyncResource::new("stream::finished").bind_once(move |()| on_finished());
        Finishing { on_finished: Some(Box::new(bound)) }
    }
}

impl Stream for Finishing {
    type Item = ();

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<()>> {
        Poll::Pending
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        if let Some(on_finished) = self.on_finished.take() {
            on_finished(());
        }
    }
}

// N172
#[test]
fn a_completion_callback_sees_its_registration_wherever_the_stream_is_dropped() {
    on_each_runtime(|| async {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&seen);
        let stream = USER.run("registration", || Finishing::new(move || note.lock().unwrap().push(user())));
        let elsewhere = async move {
            elapse(1).await;
            drop(stream);
            user()
        };
        assert_eq!(USER.run("elsewhere", || spawn(elsewhere)).await.unwrap(), Some("elsewhere"));
        assert_eq!(*seen.lock().unwrap(), [Some("registration")]);
    });
}

// N174
#[test]
fn a_receiver_keeps_its_own_context_whichever_task_made_the_channel_or_sends() {
    on_each_runtime(|| async {
        let (sender, receiver) = USER.run("maker", oneshot::channel);
        let receiving = USER.run("receiver", || spawn(async move { (receiver.await.unwrap(), user()) }));
        elapse(1).await;
        let sending = async move {
            sender.send(user()).unwrap();
            user()
        };
        assert_eq!(USER.run("sender", || spawn(sending)).await.unwrap(), Some("sender"));
        assert_eq!(receiving.await.unwrap(), (Some("sender"), Some("receiver")));
        assert_eq!(user(), None);
    });
}

async fn enters_before_and_after_an_await() -> [Option<&'static str>; 3] {
    let found = user();
    USER.enter_with("before");
    elapse(1).await;
    let kept = user();
    USER.enter_with("after");
    elapse(1).await;
    [found, kept, user()]
}

// N177: nothing reaches the parent; in Node what is entered before the first await does.
#[test]
fn what_a_child_enters_never_reaches_its_parent() {
    on_each_runtime(|| async {
        let seen = [Some("parent"), Some("before"), Some("after")];
        let parent = async move {
            assert_eq!(spawn(enters_before_and_after_an_await()).await.unwrap(), seen);
            assert_eq!(user(), Some("parent"));
            assert_eq!(enters_before_and_after_an_await().in_async_resource("child").await, seen);
            assert_eq!(user(), Some("parent"));
            // An async fn that is awaited as it is, is part of its task, and so is what it enters.
            assert_eq!(enters_before_and_after_an_await().await, seen);
            assert_eq!(user(), Some("after"));
        };
        USER.run("parent", || spawn(parent)).await.unwrap();
        assert_eq!(user(), None);
    });
}

// N179: in Node `run` with an async function is enough; here it sets nothing, for the future is polled outside.
#[test]
fn run_sets_nothing_for_the_future_it_returns_but_scope_does() {
    on_each_runtime(|| async {
        let seen = || async {
            let first = user();
            elapse(1).await;
            [first, user()]
        };
        assert_eq!(USER.run("alice", seen).await, [None, None]);
        assert_eq!(USER.scope("alice", seen()).await, [Some("alice"); 2]);
    });
}

// N182
#[test]
fn a_shared_value_that_a_child_changes_is_changed_for_parent_and_sibling() {
    static COUNT: AsyncLocal<AtomicU32> = AsyncLocal::new();
    let count = || COUNT.with(|count| count.map(|count| count.load(Ordering::Relaxed)));
    on_each_runtime(|| async {
        let parent = async {
            let changing =
                spawn(async { COUNT.with(|count| count.map(|count| count.fetch_add(1, Ordering::Relaxed))) });
            assert_eq!(changing.await.unwrap(), Some(0));
            assert_eq!(count(), Some(1));
            assert_eq!(spawn(async move { count() }).await.unwrap(), Some(1));
        };
        COUNT.scope(AtomicU32::new(0), parent).await;
        assert_eq!(count(), None);
    });
}

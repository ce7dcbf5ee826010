//! Who wakes whom among tasks that nobody wrapped, as tokio's own events tell it.
//!
//! Needs `--cfg tokio_unstable`: without it tokio tells nothing. One test, since hooks and the subscriber are the process's.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_hooks::prelude::*;
use async_hooks::tokio::RuntimeHooks;
use async_hooks::{Resource, create_hook};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tracing_subscriber::prelude::*;

type Wakes = Arc<Mutex<Vec<(Resource, Resource)>>>;

/// Who woke this resource, in order.
fn wakers_of(wakes: &Wakes, woken: AsyncId) -> Vec<Resource> {
    let wakes = wakes.lock().unwrap();
    wakes.iter().filter(|(resource, _)| resource.async_id() == woken).map(|(_, by)| *by).collect()
}

fn runtimes() -> [Runtime; 2] {
    let hooks = || RuntimeHooks::new().driver_wakes();
    [
        Builder::new_current_thread().enable_all().async_hooks_with(hooks()).build().unwrap(),
        Builder::new_multi_thread().worker_threads(2).enable_all().async_hooks_with(hooks()).build().unwrap(),
    ]
}

#[test]
fn tasks_timers_and_sockets_are_distinguished() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()))
        .unwrap();
    let wakes = Wakes::default();
    let noted = Arc::clone(&wakes);
    let hook = create_hook().wake(move |woken, by| noted.lock().unwrap().push((*woken, *by))).build();
    let _enabled = hook.enable_scoped();
    for runtime in runtimes() {
        runtime.block_on(async {
            a_task_wakes_a_task(&wakes).await;
            a_timer_wakes(&wakes).await;
            a_socket_wakes(&wakes).await;
            a_wake_of_a_wrapped_task_is_reported_once(&wakes).await;
        });
    }
}

async fn a_task_wakes_a_task(wakes: &Wakes) {
    let (say, hear) = oneshot::channel();
    let (is_waiting, wait_for_it) = oneshot::channel();
    let listener = tokio::spawn(async move {
        let mut hear = std::pin::pin!(hear);
        // Polled once before the other is let go.
        let first = futures::poll!(hear.as_mut());
        assert!(first.is_pending());
        is_waiting.send(()).unwrap();
        hear.await.unwrap();
        execution_async_id()
    });
    let speaker = tokio::spawn(async move {
        wait_for_it.await.unwrap();
        say.send(()).unwrap();
        execution_async_id()
    });
    let (listener, speaker) = (listener.await.unwrap(), speaker.await.unwrap());
    assert!(
        wakers_of(wakes, listener).iter().any(|by| by.async_id() == speaker || by.trigger_async_id() == Some(speaker))
    );
}

/// A busy runtime may look after its timers without parking: then the root has woken.
///
/// An idle one parks.
async fn a_timer_wakes(wakes: &Wakes) {
    let mut kinds = Vec::new();
    for _ in 0..10 {
        let sleeper = tokio::spawn(async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            execution_async_id()
        });
        let wakers = wakers_of(wakes, sleeper.await.unwrap());
        assert!(wakers.iter().all(|by| by.async_id() == AsyncId::ROOT), "{wakers:?}");
        kinds.extend(wakers.iter().map(Resource::kind));
    }
    assert!(kinds.contains(&"tokio::time"), "{kinds:?}");
    assert!(kinds.iter().all(|kind| ["tokio::time", "root"].contains(kind)), "{kinds:?}");
}

async fn a_socket_wakes(wakes: &Wakes) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        execution_async_id()
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_u8(7).await.unwrap();
    let wakers = wakers_of(wakes, server.await.unwrap());
    // Whether it had to wait for the connection, for the byte or for both is a matter of time.
    assert!(wakers.iter().all(|by| by.kind() == "tokio::io" || by.kind() == "root"), "{wakers:?}");
}

async fn a_wake_of_a_wrapped_task_is_reported_once(wakes: &Wakes) {
    let task = async_hooks::tokio::spawn(async {
        tokio::task::yield_now().await;
        execution_async_id()
    });
    let id = task.await.unwrap();
    let wakers = wakers_of(wakes, id);
    assert!(wakers.len() <= 1, "{wakers:?}");
}

//! What a program's resources look like as a graph: who was triggered by whom.

use async_hooks::tokio::spawn;
use async_hooks::{AsyncId, AsyncResource, FutureExt as _, Resource, execution_async_id};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};

use crate::recorder::Recorder;
use crate::runtimes::{elapse, on_each_runtime};
use crate::timers::{set_interval, set_timeout};

/// Who triggered each of these.
fn triggers(resources: &[Resource]) -> Vec<AsyncId> {
    resources.iter().filter_map(Resource::trigger_async_id).collect()
}

// N115
#[test]
fn a_timeout_is_triggered_by_the_timeout_whose_callback_set_it() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (finish, finished) = oneshot::channel();
        let third = move || finish.send(()).unwrap();
        let second = move || drop(set_timeout(elapse(1), third));
        set_timeout(elapse(1), move || drop(set_timeout(elapse(1), second))).await.unwrap();
        finished.await.unwrap();
        let timeouts = recorder.created("Timeout");
        assert_eq!(timeouts.len(), 3);
        assert_eq!(triggers(&timeouts), [AsyncId::ROOT, timeouts[0].async_id(), timeouts[1].async_id()]);
    });
}

// N116
#[test]
fn an_interval_set_in_the_last_tick_of_another_is_triggered_by_that() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (tell, mut told) = mpsc::unbounded_channel();
        let first = set_interval(3, move |tick| {
            if tick == 3 {
                tell.send(set_interval(3, |_| ())).unwrap();
            }
        });
        first.await.unwrap();
        told.recv().await.unwrap().await.unwrap();
        let intervals = recorder.created("Timeout");
        assert_eq!(intervals.len(), 2);
        assert_eq!(triggers(&intervals), [AsyncId::ROOT, intervals[0].async_id()]);
        assert!(intervals.iter().all(|interval| recorder.counts(interval.async_id()) == [1, 3, 3, 0, 1]));
    });
}

/// What an integration makes of a listener: a resource that triggers the sockets it accepts.
struct Server {
    listener: TcpListener,
    resource: AsyncResource,
}

impl Server {
    async fn bind() -> Self {
        Server {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            resource: AsyncResource::new("TCPSERVERWRAP"),
        }
    }

    async fn accept(&self) -> (TcpStream, AsyncResource) {
        let (stream, _) = self.listener.accept().await.unwrap();
        let socket = AsyncResource::builder("TCPWRAP").trigger_async_id(self.resource.async_id());
        (stream, socket.build())
    }
}

// N117
#[test]
fn an_accepted_socket_is_triggered_by_its_listener_and_a_connect_by_its_client() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let server = Server::bind().await;
        let (listener, address) = (server.resource.async_id(), server.listener.local_addr().unwrap());
        let client = AsyncResource::new("client");
        let client_id = client.async_id();

        let accepting = spawn(async move {
            let (mut stream, socket) = server.accept().await;
            let echo = async move {
                let mut byte = [0];
                stream.read_exact(&mut byte).await.unwrap();
                stream.write_all(&byte).await.unwrap();
                execution_async_id()
            };
            socket.scope(echo).await
        });
        let connect = client.run_in_async_scope(|| TcpStream::connect(address).in_async_resource("TCPCONNECTWRAP"));
        let connected = client.scope(async {
            let mut stream = connect.await.unwrap();
            stream.write_all(b"a").await.unwrap();
            stream.read_u8().await.unwrap()
        });
        assert_eq!(connected.await, b'a');
        let socket = recorder.the("TCPWRAP");
        assert_eq!(accepting.await.unwrap(), socket.async_id());

        let of_root = [recorder.the("TCPSERVERWRAP"), recorder.the("client")];
        assert_eq!(triggers(&of_root), [AsyncId::ROOT; 2]);
        assert_eq!(socket.trigger_async_id(), Some(listener));
        // Who accepted is not who triggered.
        assert_eq!(recorder.init(socket.async_id()).executing.kind(), "tokio::task");
        assert_eq!(recorder.the("TCPCONNECTWRAP").trigger_async_id(), Some(client_id));
    });
}

// N121
#[test]
fn a_handler_called_twice_is_one_resource_and_triggers_what_it_makes() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (notify, mut notified) = watch::channel(0);
        let (handle, mut handled) = mpsc::unbounded_channel();
        let handler = AsyncResource::new("SIGNALWRAP").bind(move |signal: u32| {
            drop(AsyncResource::new("made in the handler"));
            handle.send((signal, execution_async_id())).unwrap();
        });
        let source = tokio::spawn(async move {
            while notified.changed().await.is_ok() {
                let signal = *notified.borrow_and_update();
                handler(signal);
            }
        });
        let signal = recorder.the("SIGNALWRAP").async_id();
        for number in [1, 2] {
            notify.send(number).unwrap();
            assert_eq!(handled.recv().await.unwrap(), (number, signal));
        }
        drop(notify);
        source.await.unwrap();
        assert_eq!(recorder.counts(signal), [1, 2, 2, 0, 1]);
        assert_eq!(triggers(&recorder.created("made in the handler")), [signal; 2]);
    });
}

// N122
#[test]
fn siblings_do_not_trigger_each_other() {
    let recorder = Recorder::start();
    let pipes = [AsyncResource::new("PIPEWRAP"), AsyncResource::new("PIPEWRAP"), AsyncResource::new("PIPEWRAP")];
    pipes[0].run_in_async_scope(|| ());
    assert_eq!(recorder.created("PIPEWRAP").len(), 3);
    assert_eq!(triggers(&recorder.created("PIPEWRAP")), [AsyncId::ROOT; 3]);
    drop(pipes);

    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let tasks = [spawn(elapse(1)), spawn(elapse(1)), spawn(elapse(1))];
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(triggers(&recorder.created("tokio::task")), [AsyncId::ROOT; 3]);
    });
}

/// The ids from a resource up to the root, each found in the init of the one before.
fn chain(recorder: &Recorder, from: AsyncId, up: impl Fn(&Recorder, AsyncId) -> Option<AsyncId>) -> Vec<AsyncId> {
    let is_below_root = |id: &AsyncId| *id != AsyncId::ROOT;
    let next = |id: &AsyncId| up(recorder, *id).filter(is_below_root);
    std::iter::successors(Some(from), next).collect()
}

// N123
#[test]
fn who_triggered_and_who_executed_are_two_different_chains() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let server = Server::bind().await;
        let listener = server.resource.async_id();
        // The callback of `listen` is Node's example: set at the top level, triggered by the server.
        let startup = AsyncResource::builder("TickObject").trigger_async_id(listener).build();
        let startup_id = startup.async_id();
        let (fire, fired) = oneshot::channel();
        let fire = move || fire.send(execution_async_id()).unwrap();
        tokio::spawn(startup.scope(async { drop(set_timeout(elapse(10), fire)) })).await.unwrap();

        let timeout = recorder.the("Timeout").async_id();
        assert_eq!(fired.await.unwrap(), timeout);
        let by_trigger = chain(&recorder, timeout, |recorder, id| recorder.init(id).resource.trigger_async_id());
        let by_execution = chain(&recorder, timeout, |recorder, id| Some(recorder.init(id).executing_id()));
        assert_eq!(by_trigger, [timeout, startup_id, listener]);
        assert_eq!(by_execution, [timeout, startup_id]);
    });
}

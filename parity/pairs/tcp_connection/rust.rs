//! A listener, a client's connection and the accepted one: who triggers whom.

use async_hooks::{AsyncResource, Events};
use tokio::net::{TcpListener, TcpStream};

use crate::log::{Log, ids};
use crate::normalise::Order;

/// As Node does: the listener is the trigger of a connection that it accepts.
///
/// The connection is handed over in the listener's scope.
struct Listener {
    inner: TcpListener,
    resource: AsyncResource,
}

struct Connection {
    _inner: TcpStream,
    _resource: AsyncResource,
}

impl Listener {
    async fn accept(&self, callback: impl FnOnce(Connection)) -> anyhow::Result<()> {
        let (stream, _) = self.inner.accept().await?;
        let resource = AsyncResource::builder("connection").trigger_async_id(self.resource.async_id()).build();
        self.resource.run_in_async_scope(|| callback(Connection { _inner: stream, _resource: resource }));
        Ok(())
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("listener", "listener"), ("connection", "connection")], Order::ByExecution);
    log.hook_of("", Events::INIT | Events::DESTROY).enable();
    let inner = TcpListener::bind("127.0.0.1:0").await?;
    let address = inner.local_addr()?;
    let server = Listener { inner, resource: AsyncResource::new("listener") };
    let resource = AsyncResource::new("connection");
    let client = Connection { _inner: TcpStream::connect(address).await?, _resource: resource };
    server.accept(|_| log.say(format!("accepted {}", ids()))).await?;
    drop((client, server));
    Ok(log)
}

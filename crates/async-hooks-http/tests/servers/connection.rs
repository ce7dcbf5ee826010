//! A server on loopback, and a client of one connection that sees every byte.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) async fn serve(app: Router) -> SocketAddr {
    crate::recorder::record();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// A client that sends the next request on a connection when the previous one is answered.
pub(crate) struct KeepAlive(TcpStream);

impl KeepAlive {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        KeepAlive(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, method_and_path: &str, headers: &[u8]) {
        let head = format!("{method_and_path} HTTP/1.1\r\nhost: x\r\n");
        self.0.write_all(&[head.as_bytes(), headers, b"\r\n"].concat()).await.unwrap();
    }

    /// Reads up to and with this text.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.push(self.0.read_u8().await.unwrap());
        }
        String::from_utf8(text).unwrap()
    }

    /// Whatever comes until the server closes the connection.
    pub(crate) async fn read_to_end(mut self) -> String {
        let mut text = Vec::new();
        let _ = self.0.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// An HTTP/2 connection to a server of its own.
pub(crate) async fn http2(app: Router) -> SendRequest<Body> {
    crate::recorder::record();
    let (server, client) = tokio::io::duplex(1 << 16);
    tokio::spawn(async {
        let service = TowerToHyperService::new(app);
        auto::Builder::new(TokioExecutor::new()).http2_only().serve_connection(TokioIo::new(server), service).await
    });
    let (client, driver) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(client)).await.unwrap();
    tokio::spawn(driver);
    client
}

pub(crate) async fn ask(client: &mut SendRequest<Body>, path: &str, id: &str) -> Response<Incoming> {
    let request = Request::get(format!("http://x{path}")).header("x-request-id", id).body(Body::empty());
    client.send_request(request.unwrap()).await.unwrap()
}

//! Connections that ask the server again and again, each as a user of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Clients {
    answered: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Clients {
    /// Has to be called in a runtime.
    pub(crate) fn start(server: SocketAddr, connections: usize) -> Self {
        let clients = Clients { answered: Arc::default(), is_over: Arc::default() };
        for user in 0..connections {
            let (answered, is_over) = (Arc::clone(&clients.answered), Arc::clone(&clients.is_over));
            tokio::spawn(ask(server, user, answered, is_over));
        }
        clients
    }

    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Both routes in turn, over one connection; each answer is that of the own user.
async fn ask(server: SocketAddr, user: usize, answered: Arc<AtomicU64>, is_over: Arc<AtomicBool>) {
    let request =
        |path| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer t-{user}\r\n\r\n").into_bytes();
    let report = format!("row 3 for {user}\n\r\n0\r\n\r\n").into_bytes();
    let routes = [(request("/orders"), b"[7,21,42]".to_vec()), (request("/report"), report)];
    let mut stream = TcpStream::connect(server).await.unwrap();
    let mut answer = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        for (request, end) in &routes {
            stream.write_all(request).await.unwrap();
            answer.clear();
            while !answer.ends_with(end) {
                assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
            }
            answered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

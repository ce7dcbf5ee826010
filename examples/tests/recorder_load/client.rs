//! Users of the server: each asks for both routes again and again, and checks the answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Client;
use tokio::task::JoinSet;

pub(crate) struct Users {
    tasks: JoinSet<reqwest::Result<u64>>,
    is_over: Arc<AtomicBool>,
}

impl Users {
    /// Has to be called in a runtime.
    pub(crate) fn start(server: SocketAddr, number: usize) -> Self {
        let mut users = Users { tasks: JoinSet::new(), is_over: Arc::default() };
        for user in 0..number {
            users.tasks.spawn(ask(server, user, Arc::clone(&users.is_over)));
        }
        users
    }

    /// Waits for the last answers, and returns the number of all.
    pub(crate) async fn stop(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        let answered = self.tasks.join_all().await;
        answered.into_iter().map(Result::unwrap).sum()
    }
}

/// Over a connection of the user's own.
async fn ask(server: SocketAddr, user: usize, is_over: Arc<AtomicBool>) -> reqwest::Result<u64> {
    let client = Client::builder().no_proxy().build()?;
    let report = (1..=3).map(|row| format!("row {row} for {user}\n")).collect::<String>();
    let routes = [("/orders", "[7,21,42]".to_owned()), ("/report", report)];
    let mut answered = 0;
    while !is_over.load(Ordering::Relaxed) {
        for (path, expected) in &routes {
            let request = client.get(format!("http://{server}{path}")).bearer_auth(format!("t-{user}"));
            assert_eq!(request.send().await?.text().await?, *expected);
            answered += 1;
        }
    }
    Ok(answered)
}

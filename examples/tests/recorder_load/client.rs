//! Users of the server: each asks for both routes again and again, and checks the answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Client;
use tokio::task::JoinSet;

pub(crate) struct Users {
    tasks: JoinSet<reqwest::Result<()>>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    answered: AtomicU64,
    is_over: AtomicBool,
}

impl Users {
    /// Has to be called in a runtime.
    pub(crate) fn start(server: SocketAddr, number: usize) -> Self {
        let (mut tasks, progress) = (JoinSet::new(), Arc::<Progress>::default());
        for user in 0..number {
            tasks.spawn(ask(server, user, Arc::clone(&progress)));
        }
        Users { tasks, progress }
    }

    /// The number of requests until now whose answers were right.
    pub(crate) fn answered(&self) -> u64 {
        self.progress.answered.load(Ordering::Relaxed)
    }

    /// Waits for the last answers.
    pub(crate) async fn stop(mut self) {
        self.progress.is_over.store(true, Ordering::Relaxed);
        while let Some(user) = self.tasks.join_next().await {
            user.unwrap().unwrap();
        }
    }
}

async fn ask(server: SocketAddr, user: usize, progress: Arc<Progress>) -> reqwest::Result<()> {
    let client = Client::builder().no_proxy().build()?;
    let report = (1..=3).map(|row| format!("row {row} for {user}\n")).collect::<String>();
    let routes = [("/orders", "[7,21,42]".to_owned()), ("/report", report)];
    while !progress.is_over.load(Ordering::Relaxed) {
        for (path, expected) in &routes {
            let request = client.get(format!("http://{server}{path}")).bearer_auth(format!("t-{user}"));
            assert_eq!(request.send().await?.text().await?, *expected);
            progress.answered.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

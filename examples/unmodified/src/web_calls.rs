//! What the clients of the web server do; some hang up in the middle.

use std::net::IpAddr;
use std::time::Duration;

use futures::TryStreamExt as _;
use reqwest::Client;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::Failure;

/// For HTTP/1 and HTTP/2.
#[derive(Clone)]
pub(crate) struct Clients {
    patient: [Client; 2],
    /// For who hangs up: a server closes a connection of HTTP/2 on which too many do.
    impatient: [Client; 2],
    port: u16,
}

impl Clients {
    pub(crate) fn new(port: u16) -> Result<Clients, Failure> {
        // To `localhost` as well by IPv4 alone, since the port may be another program's in IPv6.
        let builder = || Client::builder().no_proxy().local_address(IpAddr::from([127, 0, 0, 1]));
        let both = || Ok::<_, Failure>([builder().build()?, builder().http2_prior_knowledge().build()?]);
        Ok(Clients { patient: both()?, impatient: both()?, port })
    }

    pub(crate) async fn call(self, number: usize) -> Result<(), Failure> {
        let version = number / 6 % 2;
        match number % 6 {
            0 => self.read(version, "localhost", "jobs").await, // A blocking job looks up the name.
            1 => self.read(version, "127.0.0.1", "parts").await,
            2 => self.give_up(version).await,
            3 => self.read_on(version).await, // Is aborted somewhere in the middle.
            4 => self.break_off().await,
            _ => tokio::task::spawn_blocking(move || self.block()).await?,
        }
    }

    async fn read(&self, version: usize, host: &str, path: &str) -> Result<(), Failure> {
        let answer = self.patient[version].get(format!("http://{host}:{}/{path}", self.port)).send().await?;
        Ok(drop(answer.error_for_status()?.bytes().await?))
    }

    /// The server's limit is later than the client's, or earlier.
    async fn give_up(&self, version: usize) -> Result<(), Failure> {
        let url = format!("http://127.0.0.1:{}/never", self.port);
        for millis in [10, 100] {
            let answer = self.impatient[version].get(&url).timeout(Duration::from_millis(millis)).send().await;
            answer.map_or(Ok(()), |answer| if answer.status() == 504 { Ok(()) } else { Err("it has answered") })?;
        }
        Ok(())
    }

    /// Leaves the last parts of each answer unread.
    async fn read_on(&self, version: usize) -> Result<(), Failure> {
        let url = format!("http://127.0.0.1:{}/parts", self.port);
        loop {
            match self.impatient[version].get(&url).send().await {
                Ok(answer) => _ = answer.bytes_stream().try_next().await,
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }

    /// Half of a request.
    async fn break_off(&self) -> Result<(), Failure> {
        let half = b"GET /jobs HTTP/1.1\r\nHost: loc";
        Ok(TcpStream::connect(("127.0.0.1", self.port)).await?.write_all(half).await?)
    }

    /// This client builds a runtime of its own.
    fn block(&self) -> Result<(), Failure> {
        let client = reqwest::blocking::Client::builder().no_proxy().build()?;
        let answer = client.get(format!("http://127.0.0.1:{}/jobs", self.port)).send()?;
        Ok(drop(answer.error_for_status()?.text()?))
    }
}

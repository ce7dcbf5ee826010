//! A client that asks several services in turn, and how long the answers take.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::Failure;

/// A connection that stays open from one round to the next.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn to(url: &str) -> Result<Connection, Failure> {
        let connection = TcpStream::connect(url.trim_start_matches("http://"))?;
        connection.set_nodelay(true)?;
        Ok(Connection(connection))
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<(), Failure> {
        let mut answer = [0; 1024];
        self.0.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())?;
        let mut read = 0;
        while !answer[..read].ends_with(b"done") {
            match self.0.read(&mut answer[read..])? {
                0 => return Err("the service has hung up".into()),
                more => read += more,
            }
        }
        Ok(())
    }
}

/// Asks one after the other for this long.
///
/// Returns for each the time that 99 of 100 answers do not reach, in seconds.
///
/// A virtual processor is now and then half as fast, and away for 100 to 300 µs fifty times a second: both fall on all alike.
pub(crate) fn p99<const N: usize>(mut asked: [&mut Connection; N], time: Duration) -> Result<[f64; N], Failure> {
    let (end, mut times) = (Instant::now() + time, [const { Vec::new() }; N]);
    while Instant::now() < end {
        for (connection, times) in asked.iter_mut().zip(&mut times) {
            let begin = Instant::now();
            connection.get("/")?;
            times.push(begin.elapsed());
        }
    }
    Ok(times.map(|mut times| {
        times.sort_unstable();
        times.get(times.len() * 99 / 100).map_or(f64::NAN, Duration::as_secs_f64)
    }))
}

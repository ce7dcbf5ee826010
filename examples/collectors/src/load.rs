//! Clients that ask over a connection each, and how long the answers take.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

const CLIENTS: usize = 2;

/// Between two requests of a client: the service is busy, and has processor time to spare.
const PAUSE: Duration = Duration::from_micros(500);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Connections that stay open from one round to the next.
pub(crate) struct Clients(Vec<TcpStream>);

impl Clients {
    pub(crate) fn connect(url: &str) -> Result<Clients, Failure> {
        let connect = |_| {
            let connection = TcpStream::connect(url.trim_start_matches("http://"))?;
            connection.set_nodelay(true)?;
            Ok(connection)
        };
        Ok(Clients((0..CLIENTS).map(connect).collect::<std::io::Result<_>>()?))
    }

    /// Asks for this long; returns how long each answer took, the shortest first.
    pub(crate) fn ask(&mut self, time: Duration) -> Result<Vec<Duration>, Failure> {
        let asked = thread::scope(|scope| {
            let asking = Vec::from_iter(self.0.iter_mut().map(|connection| scope.spawn(move || ask(connection, time))));
            let join = |thread: thread::ScopedJoinHandle<'_, std::io::Result<Vec<Duration>>>| thread.join().ok();
            asking.into_iter().filter_map(join).collect::<std::io::Result<Vec<_>>>()
        });
        let mut times = asked?.concat();
        times.sort_unstable();
        Ok(times)
    }
}

fn ask(connection: &mut TcpStream, time: Duration) -> std::io::Result<Vec<Duration>> {
    let (begin, mut times, mut answer) = (Instant::now(), Vec::new(), [0; 1024]);
    while begin.elapsed() < time {
        let start = Instant::now();
        connection.write_all(REQUEST)?;
        let mut read = 0;
        while !answer[..read].ends_with(b"done") {
            match connection.read(&mut answer[read..])? {
                0 => return Err(std::io::Error::other("the service has hung up")),
                more => read += more,
            }
        }
        times.push(start.elapsed());
        thread::sleep(PAUSE);
    }
    Ok(times)
}

/// The time that 99 of 100 do not reach.
pub(crate) fn p99(times: &[Duration]) -> f64 {
    times.get(times.len() * 99 / 100).map_or(f64::NAN, Duration::as_secs_f64)
}

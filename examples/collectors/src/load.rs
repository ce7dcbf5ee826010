//! Clients that ask again and again over a connection each, and how long the answers take.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// Each client always waits for an answer, so the service's processor is always busy.
///
/// An answer takes as long as the work of sixteen requests: the times tell what each of them costs. With one request at a time the
/// slowest hundredth would tell what else the machine does: a virtual processor may be away for 100 to 300 µs, fifty times a second.
const CLIENTS: usize = 16;

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

    /// Asks once, for something else.
    pub(crate) fn get(&mut self, path: &str) -> Result<(), Failure> {
        let connection = self.0.first_mut().ok_or("no connection")?;
        Ok(get(path, connection, &mut [0; 1024])?)
    }

    /// Asks for this long; returns the time that 99 of 100 answers do not reach, in seconds.
    pub(crate) fn p99(&mut self, time: Duration) -> Result<f64, Failure> {
        let end = Instant::now() + time;
        let asked = thread::scope(|scope| {
            let asking = Vec::from_iter(self.0.iter_mut().map(|connection| scope.spawn(move || ask(connection, end))));
            let join = |thread: thread::ScopedJoinHandle<'_, std::io::Result<Vec<Duration>>>| thread.join().ok();
            asking.into_iter().filter_map(join).collect::<std::io::Result<Vec<_>>>()
        });
        let mut times = asked?.concat();
        times.sort_unstable();
        Ok(times.get(times.len() * 99 / 100).map_or(f64::NAN, Duration::as_secs_f64))
    }
}

/// Asks until then; returns the time of each answer.
fn ask(connection: &mut TcpStream, end: Instant) -> std::io::Result<Vec<Duration>> {
    let (mut times, mut answer) = (Vec::new(), [0; 1024]);
    while Instant::now() < end {
        let begin = Instant::now();
        get("/", connection, &mut answer)?;
        times.push(begin.elapsed());
    }
    Ok(times)
}

fn get(path: &str, connection: &mut TcpStream, answer: &mut [u8]) -> std::io::Result<()> {
    connection.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())?;
    let mut read = 0;
    while !answer[..read].ends_with(b"done") {
        match connection.read(&mut answer[read..])? {
            0 => return Err(std::io::Error::other("the service has hung up")),
            more => read += more,
        }
    }
    Ok(())
}

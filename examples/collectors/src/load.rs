//! Clients that ask at fixed times over a connection each, and how long the answers take.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

const CLIENTS: u32 = 4;

/// Between two requests of a client: 2,000 a second of all.
///
/// That leaves one processor idle for most of the time.
const PACE: Duration = Duration::from_millis(2);

/// Connections that stay open from one round to the next.
pub(crate) struct Clients(Vec<TcpStream>);

impl Clients {
    pub(crate) fn connect(url: &str) -> Result<Clients, Failure> {
        // Linux lets this thread, and those that it starts, sleep 50 µs longer than they asked for, unless told otherwise.
        let _ = fs::write("/proc/self/timerslack_ns", "1");
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
        let begin = Instant::now() + Duration::from_millis(1);
        let asked = thread::scope(|scope| {
            let ask = |(at, connection)| scope.spawn(move || ask(connection, begin + PACE * at / CLIENTS, time));
            let asking = Vec::from_iter((0..).zip(self.0.iter_mut()).map(ask));
            let join = |thread: thread::ScopedJoinHandle<'_, std::io::Result<Vec<Duration>>>| thread.join().ok();
            asking.into_iter().filter_map(join).collect::<std::io::Result<Vec<_>>>()
        });
        let mut times = asked?.concat();
        times.sort_unstable();
        Ok(times.get(times.len() * 99 / 100).map_or(f64::NAN, Duration::as_secs_f64))
    }
}

/// Counts the time of each answer from when its request was due.
///
/// So a request that has to wait for a late answer is late as well.
fn ask(connection: &mut TcpStream, begin: Instant, time: Duration) -> std::io::Result<Vec<Duration>> {
    let (mut due, mut times, mut answer) = (begin, Vec::new(), [0; 1024]);
    while due < begin + time {
        // A client that spins would take the processor from the service, which is on the same one.
        thread::sleep(due.saturating_duration_since(Instant::now()));
        get("/", connection, &mut answer)?;
        times.push(due.elapsed());
        due += PACE;
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

//! The thread that reads the recorder.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::notes::noting_hook::EndedRoot;
use crate::spans::collector::Collector;

/// How often it looks for roots that have ended; more rarely if that takes long.
const INTERVAL: Duration = Duration::from_millis(200);

/// How often it looks after what outlives its root.
const SURVIVORS: Duration = Duration::from_secs(1);

/// The share of its time that it may work: one part of this.
const SHARE: u32 = 4;

/// What the thread receives.
pub(crate) struct Inbox {
    pub(crate) ended: Receiver<EndedRoot>,
    pub(crate) commands: Receiver<Command>,
}

pub(crate) enum Command {
    /// Collect now, and answer.
    Collect(SyncSender<()>),
    /// Collect for the last time.
    End,
}

pub(crate) fn start(collector: Collector, inbox: Inbox) -> io::Result<Thread> {
    let mut collecting = Collecting { collector, inbox, last: Instant::now(), has_ended: false };
    let run = move || while collecting.step() {};
    Ok(thread::Builder::new().name("async-hooks spans".to_owned()).spawn(run)?.thread().clone())
}

struct Collecting {
    collector: Collector,
    inbox: Inbox,
    last: Instant,
    has_ended: bool,
}

impl Collecting {
    /// Returns whether it goes on.
    fn step(&mut self) -> bool {
        let mut answers = Vec::new();
        while let Ok(command) = self.inbox.commands.try_recv() {
            match command {
                Command::Collect(answer) => answers.push(answer),
                Command::End => self.has_ended = true,
            }
        }
        let pause = self.collect(!answers.is_empty());
        drop(answers);
        if self.has_ended {
            self.collector.queue.close();
            return false;
        }
        thread::park_timeout(pause);
        true
    }

    /// Collects if there is a reason, and returns how long to wait for the next time.
    fn collect(&mut self, is_asked: bool) -> Duration {
        let ended = self.take_ended();
        let is_time = self.collector.waits_for_survivors() && self.last.elapsed() >= SURVIVORS;
        if ended.is_empty() && !is_time && !is_asked {
            return INTERVAL;
        }
        let start = Instant::now();
        self.collector.collect(&ended);
        self.last = Instant::now();
        INTERVAL.max(start.elapsed() * (SHARE - 1))
    }

    fn take_ended(&mut self) -> Vec<EndedRoot> {
        let mut ended = Vec::new();
        loop {
            match self.inbox.ended.try_recv() {
                Ok(root) => ended.push(root),
                Err(TryRecvError::Empty) => return ended,
                // The hook is gone: nobody can enable it again.
                Err(TryRecvError::Disconnected) => {
                    self.has_ended = true;
                    return ended;
                }
            }
        }
    }
}

//! A value whose `Debug` logs: a line is written while another one is.
//!
//! Only a global subscriber lets that happen.

use std::fmt;

use async_hooks_tracing::with_async_ids;
use tracing::info;

use log::Log;

mod log;

struct Talkative;

impl fmt::Debug for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("asked");
        f.write_str("answer")
    }
}

#[test]
fn a_line_written_while_another_one_is_leaves_both_whole() {
    let log = Log::default();
    let format = with_async_ids(tracing_subscriber::fmt::format().without_time().with_target(false));
    // Colours make the harder case of keeping a line.
    tracing_subscriber::fmt().with_ansi(true).event_format(format).with_writer(log.clone()).init();
    for _ in 0..2 {
        info!("{:?}", Talkative);
    }
    let line = |message| format!("\u{1b}[32m INFO\u{1b}[0m {message} async_id=1 trigger_async_id=0");
    assert_eq!(log.lines(), [line("asked"), line("answer"), line("asked"), line("answer")]);
}

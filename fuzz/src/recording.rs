//! Bytes are a recording that answers every question, or an error.

use std::io;

use async_hooks_recorder::{Recording, report};

pub fn recording(bytes: &[u8]) {
    let Ok(recording) = Recording::read(bytes) else { return };
    let end = recording.interval().end();
    for life in recording.lifetimes().take(20) {
        let _ = recording.critical_path(life.async_id()).to_string();
        let _ = recording.descendants(life.async_id()).to_string();
    }
    let _ = (recording.at(end).to_string(), recording.compare(&recording).to_string());
    report(&recording, io::sink()).expect("a sink takes all");
    let mut again = Vec::new();
    recording.write(&mut again).expect("so does a vector");
    assert!(Recording::read(&again[..]).is_ok(), "what is written is read");
}

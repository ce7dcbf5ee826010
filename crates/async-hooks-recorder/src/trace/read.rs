//! Reads a recording.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::model::recording::Recording;
use crate::trace::error::RecordingError;
use crate::trace::fields;
use crate::trace::input::{Input, PACKET_KEY};
use crate::trace::packet::{Packet, Track, number_in, text_in};
use crate::trace::reader::Reader;
use crate::trace::schema::{MARK, track};

impl Recording {
    /// Reads a recording from a file.
    ///
    /// [`save`](Self::save) or [`write`](Self::write) has written it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is something else, or is damaged.
    ///
    /// ```
    /// use async_hooks_recorder::{Recording, RecordingError};
    ///
    /// assert!(matches!(Recording::open("no/such/file"), Err(RecordingError::Io(_))));
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Recording, RecordingError> {
        Recording::read(File::open(path)?)
    }

    /// Reads a recording, compressed or not.
    ///
    /// Any bytes may be read: at worst there is an error, and the memory is bounded by the length of what is read.
    ///
    /// # Errors
    ///
    /// If `read` fails, or if what it reads is something else or damaged.
    ///
    /// ```
    /// use async_hooks_recorder::{FlightRecorder, Recording};
    ///
    /// let mut file = Vec::new();
    /// FlightRecorder::builder().build().recording().write(&mut file)?;
    /// assert!(Recording::read(&file[..]).is_ok());
    /// assert_eq!(Recording::read(&file[..100]).unwrap_err().offset(), Some(100));
    /// # Ok::<(), async_hooks_recorder::RecordingError>(())
    /// ```
    pub fn read(read: impl Read) -> Result<Recording, RecordingError> {
        let mut input = Input::new(read)?;
        if input.peek()?.is_some_and(|first| first != PACKET_KEY) {
            return Err(RecordingError::Foreign);
        }
        let mut packet = Vec::new();
        if !input.packet(&mut packet)? {
            return Err(input.damaged());
        }
        let process = process(&packet).ok().flatten().ok_or(RecordingError::Foreign)?;
        let mut reader = Reader::new(process);
        let mut offset = input.offset();
        while input.packet(&mut packet)? {
            reader.packet(&packet).map_err(|_| RecordingError::Damaged { offset })?;
            offset = input.offset();
        }
        reader.finish().map_err(|_| RecordingError::Damaged { offset })
    }
}

/// The process of a recording; `None` for the first packet of another trace.
fn process(packet: &[u8]) -> fields::Read<Option<u32>> {
    let Some(descriptor) = Packet::read(packet)?.track else { return Ok(None) };
    let Some(process) = Track::read(descriptor)?.process else { return Ok(None) };
    let is_recording = text_in(process, track::PROCESS_LABELS)? == MARK;
    Ok(u32::try_from(number_in(process, track::PID)?).ok().filter(|_| is_recording))
}

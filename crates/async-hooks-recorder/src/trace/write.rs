//! Writes a recording as a trace.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::model::gap::Gap;
use crate::model::recording::{Contents, Recording};
use crate::trace::error::RecordingError;
use crate::trace::schema::{Category, Key, MARK, packet, track};
use crate::trace::sequence::{Annotate as _, EventToWrite, Packets, Sequence};
use crate::trace::tracks::{self, PROCESS};
use crate::trace::write_resources::write_resources;
use crate::trace::write_threads::write_threads;

const GAPS: u64 = 3;
const END: u64 = 4;

impl Recording {
    /// Writes the recording to a file, as a Perfetto trace that is compressed by gzip.
    ///
    /// <https://ui.perfetto.dev> opens the file as it is, and so does [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// If the file cannot be created or written. An incomplete file may stay.
    ///
    /// ```
    /// use async_hooks_recorder::{FlightRecorder, Recording};
    ///
    /// let recording = FlightRecorder::builder().build().recording();
    /// let path = std::env::temp_dir().join(format!("recording-{}.pftrace.gz", std::process::id()));
    /// recording.save(&path)?;
    /// assert_eq!(Recording::open(&path)?, recording);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), async_hooks_recorder::RecordingError>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RecordingError> {
        let file = BufWriter::new(File::create(path)?);
        let mut gzip = GzEncoder::new(file, Compression::default());
        self.write(&mut gzip)?;
        gzip.finish()?.flush()?;
        Ok(())
    }

    /// Writes the recording as a Perfetto trace, not compressed.
    ///
    /// # Errors
    ///
    /// If `out` fails.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let mut file = Vec::new();
    /// FlightRecorder::builder().build().recording().write(&mut file)?;
    /// assert!(!file.is_empty());
    /// # Ok::<(), async_hooks_recorder::RecordingError>(())
    /// ```
    pub fn write(&self, out: impl Write) -> Result<(), RecordingError> {
        let (mut packets, contents) = (Packets::new(out), &*self.contents);
        write_process(&mut packets, contents)?;
        write_resources(&mut packets, contents)?;
        write_threads(&mut packets, contents)?;
        write_gaps(&mut packets, contents)?;
        write_end(&mut packets, contents)?;
        Ok(packets.flush()?)
    }
}

fn write_process<W: Write>(packets: &mut Packets<W>, contents: &Contents) -> io::Result<()> {
    packets.packet(|packet| {
        packet.message(packet::TRACK_DESCRIPTOR, |message| {
            message.uint(track::UUID, PROCESS);
            message.message(track::PROCESS, |process| {
                process.uint(track::PID, contents.process.into());
                process.text(track::PROCESS_NAME, "program");
                process.text(track::PROCESS_LABELS, MARK);
            });
        });
    })
}

/// What happens in the sequence of the gaps.
fn write_gaps<W: Write>(packets: &mut Packets<W>, contents: &Contents) -> io::Result<()> {
    let begins = contents.gaps.iter().enumerate().map(|(place, gap)| (gap.interval.start(), false, place));
    let ends = contents.gaps.iter().enumerate().map(|(place, gap)| (gap.interval.end(), true, place));
    let mut items = Vec::from_iter(begins.chain(ends));
    items.sort_unstable();
    let Some((first, ..)) = items.first() else { return Ok(()) };
    let mut sequence = Sequence::begin(packets, GAPS, *first, PROCESS)?;
    for (at, is_end, place) in items {
        let track = tracks::gap(place);
        if is_end {
            sequence.event(packets, at, &EventToWrite::end().on(track), |_| ())?;
        } else {
            let gap = &contents.gaps[place];
            write_gap_track(packets, track, gap)?;
            let what = EventToWrite::begin(Category::Gap, "gap").on(track);
            sequence.event(packets, at, &what, |event| write_gap(event, gap))?;
        }
    }
    Ok(())
}

fn write_gap_track<W: Write>(packets: &mut Packets<W>, uuid: u64, gap: &Gap) -> io::Result<()> {
    packets.packet(|packet| {
        packet.message(packet::TRACK_DESCRIPTOR, |message| {
            message.uint(track::UUID, uuid);
            message.text(track::NAME, &format!("gap: {}", gap.thread.name));
            message.uint(track::PARENT, PROCESS);
            message.uint(track::SIBLING_MERGE, track::MERGE_NONE);
        });
    })
}

fn write_gap(event: &mut crate::trace::message::Message, gap: &Gap) {
    event.note(Key::Thread, &gap.thread.name);
    event.number(Key::ThreadNumber, gap.thread.number.into());
    if let Some(events) = gap.events {
        event.number(Key::Events, events);
    }
}

/// The last packet: a trace that is cut off lacks it.
fn write_end<W: Write>(packets: &mut Packets<W>, contents: &Contents) -> io::Result<()> {
    let interval = contents.interval;
    let mut sequence = Sequence::begin(packets, END, interval.end(), PROCESS)?;
    let what = EventToWrite::instant(Category::Recording, "recording");
    sequence.event(packets, interval.end(), &what, |event| {
        event.number(Key::Start, interval.start().as_unix_nanos());
        event.number(Key::End, interval.end().as_unix_nanos());
        event.number(Key::Overwritten, contents.losses.overwritten);
        event.number(Key::Lost, contents.losses.lost);
        event.number(Key::Resources, contents.lifetimes.len() as u64);
    })
}

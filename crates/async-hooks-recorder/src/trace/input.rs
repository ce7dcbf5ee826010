//! Reads packets, unpacked where they are compressed, and counts the bytes.
//!
//! Memory is bounded by what is read: a packet is at most a mebibyte, and unpacked bytes may not be absurdly many.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::trace::error::RecordingError;

pub(crate) struct Input<R: Read> {
    source: Source<R>,
    offset: u64,
}

enum Source<R: Read> {
    Plain(BufReader<R>),
    Gzip(Box<BufReader<MultiGzDecoder<Counted<BufReader<R>>>>>),
}

/// The largest packet: many times the largest that is written.
const MAX_PACKET: u64 = 1 << 20;

/// Compressed recordings grow about tenfold when they are unpacked.
const MAX_GROWTH: u64 = 200;

const BUFFER: usize = 64 << 10;

impl<R: Read> Input<R> {
    pub(crate) fn new(read: R) -> io::Result<Input<R>> {
        let mut read = BufReader::with_capacity(BUFFER, read);
        let is_gzip = fill(&mut read)?.first() == Some(&0x1f);
        let source = match is_gzip {
            true => {
                let decoder = MultiGzDecoder::new(Counted { inner: read, count: 0 });
                Source::Gzip(Box::new(BufReader::with_capacity(BUFFER, decoder)))
            }
            false => Source::Plain(read),
        };
        Ok(Input { source, offset: 0 })
    }

    /// The number of bytes that were read, as unpacked.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn damaged(&self) -> RecordingError {
        RecordingError::Damaged { offset: self.offset }
    }

    /// The first byte, which is read again; `None` if there is nothing.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, RecordingError> {
        let first = match &mut self.source {
            Source::Plain(read) => fill(read).map(|bytes| bytes.first().copied()),
            Source::Gzip(read) => fill(read).map(|bytes| bytes.first().copied()),
        };
        first.map_err(|error| self.error(error))
    }

    /// Reads the next packet into `into`; false at the end.
    pub(crate) fn packet(&mut self, into: &mut Vec<u8>) -> Result<bool, RecordingError> {
        into.clear();
        let Some(key) = self.peek()? else { return Ok(false) };
        if key != PACKET_KEY {
            return Err(self.damaged());
        }
        self.byte()?;
        let length = self.length()?;
        self.check_growth()?;
        let read = match &mut self.source {
            Source::Plain(read) => read.take(length).read_to_end(into),
            Source::Gzip(read) => read.take(length).read_to_end(into),
        };
        let read = read.map_err(|error| self.error(error))? as u64;
        self.offset += read;
        if read == length { Ok(true) } else { Err(self.damaged()) }
    }

    fn length(&mut self) -> Result<u64, RecordingError> {
        let mut length = 0;
        for place in 0..4 {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                break;
            }
            if place == 3 {
                return Err(self.damaged());
            }
        }
        if length <= MAX_PACKET { Ok(length) } else { Err(self.damaged()) }
    }

    fn byte(&mut self) -> Result<u8, RecordingError> {
        let byte = self.peek()?.ok_or_else(|| self.damaged())?;
        match &mut self.source {
            Source::Plain(read) => read.consume(1),
            Source::Gzip(read) => read.consume(1),
        }
        self.offset += 1;
        Ok(byte)
    }

    fn check_growth(&self) -> Result<(), RecordingError> {
        let packed = match &self.source {
            Source::Plain(_) => return Ok(()),
            Source::Gzip(read) => read.get_ref().get_ref().count,
        };
        let most = packed.saturating_mul(MAX_GROWTH).saturating_add(MAX_PACKET);
        if self.offset <= most { Ok(()) } else { Err(self.damaged()) }
    }

    /// What the decoder reports of bad data is damage; the rest is the reader's.
    fn error(&self, error: io::Error) -> RecordingError {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => self.damaged(),
            _ => RecordingError::Io(error),
        }
    }
}

/// The field of a packet in a trace, and its wire type.
pub(crate) const PACKET_KEY: u8 = 0x0a;

/// What is buffered, after an interruption as well.
fn fill<R: BufRead>(read: &mut R) -> io::Result<&[u8]> {
    loop {
        match read.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    read.fill_buf()
}

/// Counts the compressed bytes.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.count += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count += amount as u64;
        self.inner.consume(amount);
    }
}

//! The state of a sequence that is read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::site::Site;
use crate::model::text::Text;
use crate::time::timestamp::Timestamp;
use crate::trace::fields::{Fields, Malformed, Read};
use crate::trace::packet::{Packet, clock_start, default_track, number_in, text_in};
use crate::trace::schema::interned;

/// The time of the last packet, and what is interned. Interned ids count from 1.
pub(crate) struct ReadSequence {
    now: u64,
    pub(crate) default_track: u64,
    names: Vec<Text>,
    places: Vec<(Text, u32)>,
    sites: HashMap<(u64, u64, u32), Arc<Site>>,
}

impl ReadSequence {
    /// The state after a packet that begins a sequence.
    pub(crate) fn begin(packet: &Packet<'_>) -> Read<ReadSequence> {
        Ok(ReadSequence {
            now: clock_start(packet.clocks.ok_or(Malformed)?)?,
            default_track: default_track(packet.defaults.ok_or(Malformed)?)?,
            names: Vec::new(),
            places: Vec::new(),
            sites: HashMap::new(),
        })
    }

    /// The time of a packet.
    pub(crate) fn advance(&mut self, elapsed: u64) -> Timestamp {
        self.now = self.now.saturating_add(elapsed);
        Timestamp::from_unix_nanos(self.now)
    }

    pub(crate) fn intern(&mut self, data: &[u8]) -> Read<()> {
        let mut fields = Fields::of(data);
        while let Some((field, value)) = fields.next()? {
            match field {
                interned::EVENT_NAMES => self.intern_name(value.bytes()?)?,
                interned::SOURCE_LOCATIONS => self.intern_place(value.bytes()?)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn intern_name(&mut self, entry: &[u8]) -> Read<()> {
        self.names.push(text_in(entry, interned::NAME)?.into());
        check_next(entry, self.names.len())
    }

    fn intern_place(&mut self, entry: &[u8]) -> Read<()> {
        let line = u32::try_from(number_in(entry, interned::LINE)?).map_err(|_| Malformed)?;
        self.places.push((text_in(entry, interned::NAME)?.into(), line));
        check_next(entry, self.places.len())
    }

    /// The site of a kind, a place and a column; resources of one site share it.
    pub(crate) fn site(&mut self, name: u64, place: u64, column: u32) -> Read<Arc<Site>> {
        if let Some(site) = self.sites.get(&(name, place, column)) {
            return Ok(Arc::clone(site));
        }
        let kind = nth(&self.names, name)?.clone();
        let (file, line) = nth(&self.places, place)?.clone();
        let site = Arc::new(Site { kind, file, line, column });
        self.sites.insert((name, place, column), Arc::clone(&site));
        Ok(site)
    }
}

/// Whether an entry has the id that follows the last.
fn check_next(entry: &[u8], number: usize) -> Read<()> {
    if number_in(entry, interned::IID)? == number as u64 { Ok(()) } else { Err(Malformed) }
}

fn nth<T>(entries: &[T], iid: u64) -> Read<&T> {
    let place = usize::try_from(iid).ok().and_then(|iid| iid.checked_sub(1)).ok_or(Malformed)?;
    entries.get(place).ok_or(Malformed)
}

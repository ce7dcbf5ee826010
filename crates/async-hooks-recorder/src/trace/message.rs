//! Writes protobuf messages.

/// A message that grows field by field. Inner messages are written in place.
#[derive(Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;

impl Message {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn uint(&mut self, field: u32, number: u64) {
        self.key(field, VARINT);
        self.varint(number);
    }

    pub(crate) fn some(&mut self, field: u32, number: Option<u64>) {
        if let Some(number) = number {
            self.uint(field, number);
        }
    }

    /// Like `uint`, for an `int64`: a negative number takes ten bytes.
    pub(crate) fn int(&mut self, field: u32, number: i64) {
        self.uint(field, number as u64);
    }

    pub(crate) fn fixed(&mut self, field: u32, number: u64) {
        self.key(field, FIXED_64);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn text(&mut self, field: u32, text: &str) {
        self.key(field, LENGTH_DELIMITED);
        self.varint(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Message)) {
        self.key(field, LENGTH_DELIMITED);
        let place = self.bytes.len();
        // One byte for the length, which is enough for most messages.
        self.bytes.push(0);
        write(self);
        let length = self.bytes.len() - place - 1;
        match u8::try_from(length).ok().filter(|length| *length < 0x80) {
            Some(length) => self.bytes[place] = length,
            None => self.insert_length(place, length as u64),
        }
    }

    #[cold]
    fn insert_length(&mut self, place: usize, length: u64) {
        let mut varint = Message::default();
        varint.varint(length);
        self.bytes.splice(place..=place, varint.bytes);
    }

    fn key(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    #[inline]
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

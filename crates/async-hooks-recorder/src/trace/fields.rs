//! Reads protobuf messages, field by field, without trusting them.

/// The bytes are no protobuf message, or not one of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Malformed;

pub(crate) type Read<T> = Result<T, Malformed>;

/// The value of a field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn number(self) -> Read<u64> {
        match self {
            Value::Number(number) => Ok(number),
            Value::Bytes(_) => Err(Malformed),
        }
    }

    #[inline]
    pub(crate) fn bytes(self) -> Read<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            Value::Number(_) => Err(Malformed),
        }
    }

    pub(crate) fn text(self) -> Read<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }
}

/// The fields of a message.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Fields<'a> {
        Fields { rest: message }
    }

    /// The next field; `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Read<Option<(u32, Value<'a>)>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = u32::try_from(key >> 3).map_err(|_| Malformed)?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Number(u64::from_le_bytes(self.take(8)?.try_into().map_err(|_| Malformed)?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Number(u32::from_le_bytes(self.take(4)?.try_into().map_err(|_| Malformed)?).into()),
            _ => return Err(Malformed),
        };
        Ok(Some((field, value)))
    }

    #[inline]
    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn varint(&mut self) -> Read<u64> {
        let mut number = 0;
        for (place, byte) in self.rest.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * place);
            if *byte < 0x80 {
                self.rest = &self.rest[place + 1..];
                return Ok(number);
            }
        }
        Err(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::message::Message;

    #[test]
    fn what_is_written_is_read() {
        let mut message = Message::default();
        message.uint(1, 300);
        message.int(2, -1);
        message.fixed(3, u64::MAX);
        message.text(1000, "ä");
        message.message(5, |inner| inner.text(1, &"x".repeat(1000)));
        let mut fields = Fields::of(message.bytes());
        let mut next = || fields.next().unwrap().unwrap();
        assert_eq!([next(), next()], [(1, Value::Number(300)), (2, Value::Number(u64::MAX))]);
        assert_eq!([next(), next()], [(3, Value::Number(u64::MAX)), (1000, Value::Bytes("ä".as_bytes()))]);
        let (field, inner) = next();
        assert_eq!((field, inner.bytes().unwrap().len()), (5, 1003));
        assert_eq!(fields.next(), Ok(None));
    }

    #[test]
    fn lengths_that_lie_endless_numbers_and_unknown_types_are_malformed() {
        for bytes in
            [&[0x0a, 5, 1][..], &[0x80], &[0x08], &[0x09, 1, 2], &[0x0b], &[0xff; 20], &[0x0a, 0xff, 0xff, 0xff]]
        {
            assert_eq!(Fields::of(bytes).next(), Err(Malformed), "{bytes:?}");
        }
    }
}

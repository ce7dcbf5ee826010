//! Lowercase hexadecimal: the only spelling that W3C Trace Context allows.

/// As many digits as a `traceparent` has, and some more: whole vectors of the processor.
pub(super) const DIGITS: usize = 64;

/// Decodes all digits. `None` if one is no lowercase hexadecimal digit.
///
/// Both loops are without branches and of a fixed length, so the compiler makes vector instructions of them.
#[inline]
pub(super) fn decode(digits: &[u8; DIGITS]) -> Option<[u8; DIGITS / 2]> {
    let mut pairs = [0_u16; DIGITS / 2];
    for (pair, digits) in pairs.iter_mut().zip(digits.chunks_exact(2)) {
        *pair = u16::from_le_bytes([digits[0], digits[1]]);
    }
    let mut invalid = 0;
    // Each lane holds the values of two digits, then what they would be spelled as, then their byte.
    for pair in &mut pairs {
        let are_letters = (*pair >> 6) & 0x0101;
        let values = (*pair & 0x0f0f) + are_letters * 9;
        let are_above_nine = ((values + 0x7676) >> 7) & 0x0101;
        let spelled = values + 0x3030 + are_above_nine * 39;
        invalid |= (spelled ^ *pair) | (values & 0xf0f0);
        *pair = ((values << 4) | (values >> 8)) & 0xff;
    }
    (invalid == 0).then(|| pairs.map(|pair| pair as u8))
}

/// Decodes the digits of an id of `N` bytes.
pub(super) fn decode_id<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut padded = [b'0'; DIGITS];
    padded.get_mut(..digits.len())?.copy_from_slice(digits);
    decode(&padded)?.first_chunk().copied()
}

/// The number that 1 to 16 digits write.
pub(super) fn decode_number(digits: &[u8]) -> Option<u64> {
    let mut padded = [b'0'; 16];
    let free = padded.len().checked_sub(digits.len()).filter(|_| !digits.is_empty())?;
    padded[free..].copy_from_slice(digits);
    decode_id(&padded).map(u64::from_be_bytes)
}

/// Writes the digits of `bytes` to the front of `digits`.
#[inline]
pub(super) fn encode(bytes: &[u8], digits: &mut [u8]) {
    for (byte, digits) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        digits.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
    }
}

#[inline]
fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' - 10 + value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_a_digit_or_refused() {
        for place in 0..DIGITS {
            for byte in 0..=u8::MAX {
                let mut digits = *b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
                digits[place] = byte;
                let expected = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
                let decoded = decode(&digits);
                assert_eq!(decoded.is_some(), expected.is_some(), "{byte:#x} at {place}");
                if let (Some(decoded), Some(expected)) = (decoded, expected) {
                    let byte = decoded[place / 2];
                    assert_eq!(if place % 2 == 0 { byte >> 4 } else { byte & 0xf }, expected as u8);
                }
            }
        }
    }

    #[test]
    fn what_is_encoded_decodes() {
        let bytes = [0x00, 0x09, 0x0a, 0x90, 0xa0, 0xaf, 0xf9, 0xff];
        let mut digits = [0; 16];
        encode(&bytes, &mut digits);
        assert_eq!(&digits, b"00090a90a0aff9ff");
        assert_eq!(decode_id(&digits), Some(bytes));
    }

    #[test]
    fn an_id_of_another_length_is_refused() {
        assert_eq!(decode_id::<4>(b"0123456"), None);
        assert_eq!(decode_id::<4>(b"012345678"), None);
        assert_eq!(decode_id::<64>(&[b'0'; 128]), None);
    }

    #[test]
    fn numbers_are_written_with_as_few_digits_as_they_need() {
        assert_eq!(decode_number(b"7"), Some(7));
        assert_eq!(decode_number(b"ffffffffffffffff"), Some(u64::MAX));
        for wrong in [&b""[..], b"G", b"+1", b"00000000000000001"] {
            assert_eq!(decode_number(wrong), None);
        }
    }
}

//! Lowercase hexadecimal: the only spelling that W3C Trace Context allows.
//!
//! The loops are without branches and of a fixed length, so the compiler makes vector instructions of them.

/// Whether all are lowercase hexadecimal digits.
#[inline]
pub(super) fn are_digits<const DIGITS: usize>(digits: &[u8; DIGITS]) -> bool {
    let mut wrong = 0;
    for digit in digits {
        // Both are zero for digits of their kind alone.
        let beyond_nine = digit.wrapping_sub(b'0').saturating_sub(9);
        let beyond_f = digit.wrapping_sub(b'a').saturating_sub(5);
        wrong |= beyond_nine.min(beyond_f);
    }
    wrong == 0
}

/// Copies the digits of an id; `None` if one is wrong, or all are zero.
///
/// W3C Trace Context forbids such ids.
pub(super) fn id_of<const DIGITS: usize>(digits: &[u8]) -> Option<[u8; DIGITS]> {
    let digits = digits.try_into().ok()?;
    (are_digits(&digits) && digits != [b'0'; DIGITS]).then_some(digits)
}

/// What a digit is worth.
#[inline]
pub(super) fn value(digit: u8) -> u8 {
    (digit & 0xf) + (digit >> 6) * 9
}

/// The bytes that digits write.
#[inline]
pub(super) fn decode<const DIGITS: usize, const BYTES: usize>(digits: &[u8; DIGITS]) -> [u8; BYTES] {
    const { assert!(DIGITS == 2 * BYTES, "a byte has two digits") };
    std::array::from_fn(|at| value(digits[2 * at]) << 4 | value(digits[2 * at + 1]))
}

/// The number that 1 to 16 digits write.
pub(super) fn decode_number(digits: &[u8]) -> Option<u64> {
    let mut padded = [b'0'; 16];
    let free = padded.len().checked_sub(digits.len()).filter(|_| !digits.is_empty())?;
    padded[free..].copy_from_slice(digits);
    are_digits(&padded).then(|| u64::from_be_bytes(decode(&padded)))
}

/// The digits of `bytes`.
#[inline]
pub(super) fn encode<const BYTES: usize, const DIGITS: usize>(bytes: [u8; BYTES]) -> [u8; DIGITS] {
    const { assert!(DIGITS == 2 * BYTES, "a byte has two digits") };
    let mut digits = [0; DIGITS];
    for (byte, digits) in bytes.into_iter().zip(digits.chunks_exact_mut(2)) {
        // Both values of the byte, the first one in the lower half.
        let values = u16::from(byte) >> 4 | (u16::from(byte) & 0xf) << 8;
        let are_letters = (values + 0x0606) >> 4 & 0x0101;
        digits.copy_from_slice(&(values + 0x3030 + are_letters * u16::from(b'a' - b'9' - 1)).to_le_bytes());
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_a_digit_or_refused() {
        for place in 0..64 {
            for byte in 0..=u8::MAX {
                let mut digits = *b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
                digits[place] = byte;
                let expected = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
                assert_eq!(are_digits(&digits), expected.is_some(), "{byte:#x} at {place}");
                if let Some(expected) = expected {
                    let byte = decode::<64, 32>(&digits)[place / 2];
                    assert_eq!(if place % 2 == 0 { byte >> 4 } else { byte & 0xf }, expected as u8);
                }
            }
        }
    }

    #[test]
    fn every_byte_is_written_as_two_digits_and_read_from_them() {
        for byte in 0..=u8::MAX {
            let digits: [u8; 4] = encode([byte, !byte]);
            assert_eq!(&digits, format!("{byte:02x}{:02x}", !byte).as_bytes());
            assert_eq!(decode(&digits), [byte, !byte]);
        }
    }

    #[test]
    fn an_id_of_another_length_or_of_zeros_is_refused() {
        assert_eq!(id_of::<8>(b"0123456"), None);
        assert_eq!(id_of::<8>(b"012345678"), None);
        assert_eq!(id_of::<8>(b"00000000"), None);
        assert_eq!(id_of(b"01234567"), Some(*b"01234567"));
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

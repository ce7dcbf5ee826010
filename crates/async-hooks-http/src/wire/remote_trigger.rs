//! Which resource of which process sent a request: the `ah` entry of `tracestate`.

use async_hooks_core::{AsyncId, execution_async_id};

use crate::wire::hex;
use crate::wire::process_tag::ProcessTag;

/// The resource that sent a request: the trigger of a request, across processes.
///
/// It travels in the entry `ah=<process tag>-<async id>` of the `tracestate` header: two numbers, and nothing personal.
/// [`inject`](crate::inject) and [`ClientLayer`](crate::ClientLayer) write it, and
/// [`remote_trigger`](crate::remote_trigger) reads it.
///
/// Node: `triggerAsyncId()`, which ends at the border of the process.
///
/// # Examples
///
/// ```
/// use async_hooks_http::{ProcessTag, TraceContext, inject, remote_trigger};
///
/// let mut headers = http::HeaderMap::new();
/// inject(&mut headers);
/// TraceContext::from_headers(&headers).unwrap().run(|| {
///     let caller = remote_trigger().unwrap();
///     assert_eq!(caller.process(), ProcessTag::current());
///     assert_eq!(caller.async_id(), async_hooks_core::execution_async_id());
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RemoteTrigger {
    process: ProcessTag,
    async_id: AsyncId,
}

/// The key of our entry in `tracestate`.
pub(super) const KEY: &[u8] = b"ah";

/// The length of an entry whose id has 16 digits.
pub(super) const LONGEST_ENTRY: usize = 36;

impl RemoteTrigger {
    /// The executing resource of this process, as others see it.
    #[inline]
    pub(crate) fn here() -> Self {
        RemoteTrigger { process: ProcessTag::current(), async_id: execution_async_id() }
    }

    /// Returns the process that sent the request.
    ///
    /// ```
    /// use async_hooks_http::{TraceContext, remote_trigger};
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// # headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
    /// headers.insert("tracestate", "ah=8f3c0d9a1b2e4f60-2a".parse().unwrap());
    /// let caller = TraceContext::from_headers(&headers).unwrap().run(remote_trigger);
    /// assert_eq!(caller.unwrap().process().to_string(), "8f3c0d9a1b2e4f60");
    /// ```
    #[must_use]
    pub fn process(&self) -> ProcessTag {
        self.process
    }

    /// Returns the async id that the sending resource has in its own process.
    ///
    /// ```
    /// use async_hooks_http::{TraceContext, remote_trigger};
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// # headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
    /// headers.insert("tracestate", "ah=8f3c0d9a1b2e4f60-2a".parse().unwrap());
    /// let caller = TraceContext::from_headers(&headers).unwrap().run(remote_trigger);
    /// assert_eq!(caller.unwrap().async_id().as_u64(), 0x2a);
    /// ```
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.async_id
    }

    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let (tag, rest) = value.split_at_checked(16)?;
        let id = hex::decode_number(rest.strip_prefix(b"-")?)?;
        Some(RemoteTrigger { process: ProcessTag::parse(tag)?, async_id: AsyncId::from_u64(id)? })
    }

    /// The entry as it is sent, in the first bytes of the buffer, and how many they are.
    #[inline]
    pub(super) fn to_entry(self) -> ([u8; LONGEST_ENTRY], usize) {
        let mut entry = *b"ah=0000000000000000-0000000000000000";
        entry[3..19].copy_from_slice(self.process.digits());
        let id = self.async_id.as_u64();
        let digits = (16 - id.leading_zeros() as usize / 4).max(1);
        // The first digit is not zero, and what is behind the last one is not sent.
        entry[20..].copy_from_slice(&hex::encode::<8, 16>((id << (64 - 4 * digits)).to_be_bytes()));
        (entry, 20 + digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u64) -> Vec<u8> {
        let process = ProcessTag::parse(b"8f3c0d9a1b2e4f60").unwrap();
        let trigger = RemoteTrigger { process, async_id: AsyncId::from_u64(id).unwrap() };
        let (entry, length) = trigger.to_entry();
        assert_eq!(RemoteTrigger::parse(&entry[3..length]), Some(trigger));
        entry[..length].to_vec()
    }

    #[test]
    fn an_entry_has_no_more_digits_than_its_id_needs() {
        assert_eq!(entry(1), b"ah=8f3c0d9a1b2e4f60-1");
        assert_eq!(entry(0x10), b"ah=8f3c0d9a1b2e4f60-10");
        assert_eq!(entry(u64::MAX), b"ah=8f3c0d9a1b2e4f60-ffffffffffffffff");
    }

    #[test]
    fn an_entry_of_another_shape_is_refused() {
        for wrong in [
            "",
            "1",
            "8f3c0d9a1b2e4f60",
            "8f3c0d9a1b2e4f60-",
            "8f3c0d9a1b2e4f60-0",
            "8f3c0d9a1b2e4f60-g",
            "8F3C0D9A1B2E4F60-1",
            "8f3c0d9a1b2e4f60 1",
            "8f3c0d9a1b2e4f60-10000000000000000",
        ] {
            assert_eq!(RemoteTrigger::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}

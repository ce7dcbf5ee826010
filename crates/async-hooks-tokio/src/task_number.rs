//! Tokio's number for a task: opaque, except that it can be hashed.

use std::hash::{Hash as _, Hasher};

use tokio::task::Id;

/// The number inside, which is unique among all the tasks of the process.
#[inline]
pub(crate) fn task_number(id: Id) -> u64 {
    let mut number = Unhashed(0);
    id.hash(&mut number);
    number.finish()
}

/// Keeps what is hashed as it is.
struct Unhashed(u64);

impl Hasher for Unhashed {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    /// How a number comes in that is not written as one; eight bytes are all of a `u64`.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().rev() {
            self.0 = self.0 << u8::BITS | u64::from(*byte);
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_task_is_the_one_it_shows() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ids = [(); 3].map(|()| runtime.spawn(async {}).id());
        assert_eq!(ids.map(task_number).map(|number| number.to_string()), ids.map(|id| id.to_string()));
    }
}

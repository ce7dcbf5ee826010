//! The numbers of the tracks: small ones, since each event of a resource holds one.

/// The track of the process.
pub(crate) const PROCESS: u64 = 1;

/// The tracks that resources are on.
pub(crate) fn resource(place: usize) -> u64 {
    (place as u64 + 1) << 2 | 2
}

pub(crate) fn counter(place: usize) -> u64 {
    (place as u64 + 1) << 2 | 1
}

pub(crate) fn gap(place: usize) -> u64 {
    (place as u64 + 1) << 2
}

/// The tracks of threads. A thread whose polls do not nest has more than one.
pub(crate) fn thread(number: usize) -> u64 {
    (number as u64 + 1) << 2 | 3
}

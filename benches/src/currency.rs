//! What a cost is counted in.

/// What a cost is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Currency {
    /// Nanoseconds.
    Time,
    /// Instructions, loop included.
    Instructions,
    /// Bytes of heap, as the program asks for them.
    Bytes,
    /// Allocations.
    Allocations,
}

impl Currency {
    /// The head of the column.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Currency::Time => "ns/op",
            Currency::Instructions => "instr/op",
            Currency::Bytes => "bytes/op",
            Currency::Allocations => "alloc/op",
        }
    }
}

//! What the heap is asked for: one question a file.
//!
//! A program of its own: it is linked with an allocator that counts, and that would slow down whatever is timed.

mod allocations;
mod memory;
mod diagnostics_memory;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[
        Ask { name: "allocations", question: allocations::question },
        Ask { name: "memory", question: memory::question },
        Ask { name: "diagnostics_memory", question: diagnostics_memory::question },
    ])
}

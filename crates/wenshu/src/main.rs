//! The program `wenshu`: everything is in the library beside it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Thousands of streams allocate a little for each piece, on all threads: the system's allocator takes a third more of the processor for
/// it, and more memory for each stream.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    wenshu::run().into()
}

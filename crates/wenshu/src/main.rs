//! The program `wenshu`: everything is in the library beside it.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Thousands of streams allocate a little for each piece, on all threads: the system's allocator takes more of the processor for it, and
/// mimalloc keeps more memory, 10 KiB for each stream and 20 MiB while nothing happens.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    wenshu::run().into()
}

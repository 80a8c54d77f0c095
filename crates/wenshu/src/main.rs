//! The program `wenshu`: everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    wenshu::run().into()
}

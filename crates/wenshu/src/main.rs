//! The program `wenshu`: everything is in the library beside it.

fn main() {}

//! The load generator and its baselines behind `cargo xtask bench`.

fn main() {}

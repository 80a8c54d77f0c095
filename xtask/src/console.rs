//! What the commands say to the person at the terminal, in one place.

/// A line for a person, on stderr: stdout is for what programs read.
#[expect(clippy::print_stderr, reason = "a command-line tool talks to its user here")]
pub fn say(line: &str) {
    eprintln!("{line}");
}

/// A line for programs, on stdout.
#[expect(clippy::print_stdout, reason = "a command-line tool answers here")]
pub fn answer(line: &str) {
    println!("{line}");
}

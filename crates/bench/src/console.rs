//! What the measurement says to the person at the terminal, in one place.

/// A line for a person.
#[expect(clippy::print_stderr, reason = "a command-line tool talks to its user here")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// A line for the program that started this one.
#[expect(clippy::print_stdout, reason = "a command-line tool answers here")]
pub(crate) fn answer(line: &str) {
    println!("{line}");
}

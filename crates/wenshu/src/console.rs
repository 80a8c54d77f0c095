//! The terminal: what goes to standard output and standard error, how wide it is, whether it has colours.

use std::io::{self, IsTerminal as _, Write as _};

use console::Style;
use wenshu_answer::Language;

/// Columns of a terminal that doesn't say how many it has, and of files and pipes.
const USUAL_WIDTH: usize = 80;

/// How things are drawn on standard output.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whether colours are shown.
    pub color: bool,
    /// Whether a person reads it, rather than a file or a pipe.
    pub is_terminal: bool,
    /// The language of what the program says itself.
    pub language: Language,
}

impl Look {
    /// That of this process' standard output.
    pub fn of_stdout(language: Language) -> Self {
        let terminal = console::Term::stdout();
        let width = terminal.size_checked().map_or(USUAL_WIDTH, |(_, columns)| usize::from(columns));
        Self { width, color: console::colors_enabled(), is_terminal: io::stdout().is_terminal(), language }
    }

    /// A style that does nothing where there are no colours.
    pub fn style(self) -> Style {
        Style::new().force_styling(self.color)
    }
}

/// Writes to standard output.
///
/// # Errors
///
/// When it is closed or full.
pub fn out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes a line to standard error. When even that is gone there is nobody left to tell.
pub fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.write_all(b"\n"));
}

/// The text with control characters made visible: what a database holds must not drive the terminal.
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match u32::from(character) {
            code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
            0x7f => '\u{2421}',
            0x80..=0x9f => '\u{fffd}',
            _ => character,
        })
        .collect()
}

/// [`visible`], but line ends stay.
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// The language of the program's own messages: the first of these variables that is set decides, as for every program.
pub fn language_of_environment(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("zh") { Language::Zh } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(visible("a\u{1b}[2Jb\nc\u{7f}\u{9b}"), "a␛[2Jb␊c␡\u{fffd}");
        assert_eq!(visible_lines("一\n二\u{7}"), "一\n二␇");
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let language = |variables: &[(&str, &str)]| {
            language_of_environment(|name| {
                variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(language(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
        assert_eq!(language(&[("LC_ALL", "C.UTF-8"), ("LANG", "zh_CN.UTF-8")]), Language::En);
        assert_eq!(language(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW")]), Language::Zh);
        assert_eq!(language(&[]), Language::En);
    }
}

//! Fields that have one of a few words.

use std::borrow::Cow;

use wenshu_core::Text;

use crate::http::form::{Checks, Given};

/// What the word of a field stands for; none where it isn't given, or is another word, which is a fault.
pub fn word<T: Copy>(
    checks: &mut Checks,
    field: impl Into<Cow<'static, str>>,
    given: Given<String>,
    words: &[(&str, T)],
) -> Option<T> {
    let given = match given {
        Given::Absent | Given::Null => return None,
        Given::Value(given) => given,
        Given::Malformed(text) => {
            checks.fault(field, text);
            return None;
        }
    };
    let found = words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let names = names.join(", ");
        checks
            .fault(field, Text::new(format!("必须是以下之一：{names}"), format!("must be one of: {names}")));
    }
    found
}

/// The word that stands for this.
pub fn name_of<'a, T: PartialEq>(words: &[(&'a str, T)], meaning: &T) -> &'a str {
    words.iter().find(|(_, other)| other == meaning).map_or("", |(word, _)| word)
}

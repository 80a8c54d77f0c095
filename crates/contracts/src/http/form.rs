//! Fields of a request, checked so that all faults are named at once.
//!
//! A request struct holds [`Given`] fields, which take whatever came; [`Checks`] then turns them into values or collects what is
//! wrong with them.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use uuid::Uuid;
use wenshu_core::{AppError, Change, FieldFault, Text};

/// A field as it came. Deserializing one never fails.
#[derive(Debug, Default)]
pub enum Given<T> {
    /// It isn't there.
    #[default]
    Absent,
    /// It is there, and `null`.
    Null,
    /// It has a value of its type.
    Value(T),
    /// It has something else.
    Malformed(Text),
}

impl<'de, T: Field> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Null,
            value => T::read(value).map_or_else(Self::Malformed, Self::Value),
        })
    }
}

/// A type of field. Query strings know text alone, so numbers and booleans are read from text too.
pub trait Field: Sized {
    /// Reads it, or says what it must be.
    ///
    /// # Errors
    ///
    /// The rule that is broken.
    fn read(value: Value) -> Result<Self, Text>;
}

impl Field for String {
    fn read(value: Value) -> Result<Self, Text> {
        match value {
            // Databases cut texts at NUL, or refuse them.
            Value::String(text) if text.contains('\0') => {
                Err(Text::new("不能包含空字符（NUL）", "must not contain NUL characters"))
            }
            Value::String(text) => Ok(text),
            _ => Err(Text::new("必须是字符串", "must be a string")),
        }
    }
}

impl Field for SecretString {
    fn read(value: Value) -> Result<Self, Text> {
        String::read(value).map(Self::from)
    }
}

impl Field for Map<String, Value> {
    fn read(value: Value) -> Result<Self, Text> {
        match value {
            Value::Object(fields) => Ok(fields),
            _ => Err(Text::new("必须是对象", "must be an object")),
        }
    }
}

impl Field for Vec<String> {
    fn read(value: Value) -> Result<Self, Text> {
        let fault = || Text::new("必须是字符串数组", "must be an array of strings");
        let Value::Array(items) = value else { return Err(fault()) };
        items.into_iter().map(|item| String::read(item).map_err(|_| fault())).collect()
    }
}

impl Field for Uuid {
    fn read(value: Value) -> Result<Self, Text> {
        value.as_str().and_then(parse_uuid).ok_or(Text::new("必须是 UUID", "must be a UUID"))
    }
}

impl Field for i64 {
    fn read(value: Value) -> Result<Self, Text> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        };
        number.ok_or(Text::new("必须是整数", "must be an integer"))
    }
}

impl Field for f64 {
    fn read(value: Value) -> Result<Self, Text> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        };
        number.filter(|number: &f64| number.is_finite()).ok_or(Text::new("必须是数字", "must be a number"))
    }
}

impl Field for Vec<Value> {
    fn read(value: Value) -> Result<Self, Text> {
        match value {
            Value::Array(items) => Ok(items),
            _ => Err(Text::new("必须是数组", "must be an array")),
        }
    }
}

impl Field for bool {
    fn read(value: Value) -> Result<Self, Text> {
        let flag = match &value {
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            value => value.as_bool(),
        };
        flag.ok_or(Text::new("必须是 true 或 false", "must be true or false"))
    }
}

/// What is said of a field that must be there and isn't.
const REQUIRED: Text = Text { zh: Cow::Borrowed("不能为空"), en: Cow::Borrowed("is required") };

/// Whether this is said of a field that isn't there.
pub fn is_required(text: &Text) -> bool {
    *text == REQUIRED
}

/// A UUID in its usual form with hyphens; nothing else that could be read as one.
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// Collects what is wrong with the fields of a request.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldFault>);

impl Checks {
    /// The field breaks this rule.
    pub fn fault(&mut self, field: impl Into<Cow<'static, str>>, text: Text) {
        self.0.push(FieldFault { field: field.into(), text });
    }

    /// The field must be there, and isn't.
    pub fn missing(&mut self, field: impl Into<Cow<'static, str>>) {
        self.fault(field, REQUIRED);
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, field: &'static str, given: Given<T>) -> Option<T> {
        if matches!(given, Given::Absent | Given::Null) {
            self.missing(field);
        }
        self.optional(field, given)
    }

    /// A field that may be missing or `null`.
    pub fn optional<T>(&mut self, field: &'static str, given: Given<T>) -> Option<T> {
        match given {
            Given::Absent | Given::Null => None,
            Given::Value(value) => Some(value),
            Given::Malformed(text) => {
                self.fault(field, text);
                None
            }
        }
    }

    /// A field of an edit: absent keeps what there is, `null` clears it.
    pub fn change<T>(&mut self, field: &'static str, given: Given<T>) -> Change<T> {
        match given {
            Given::Absent => Change::Keep,
            Given::Null => Change::Clear,
            Given::Value(value) => Change::Set(value),
            Given::Malformed(text) => {
                self.fault(field, text);
                Change::Keep
            }
        }
    }

    /// The faults found so far, for a use case that adds its own.
    pub fn into_faults(self) -> Vec<FieldFault> {
        self.0
    }

    /// A text of so many characters.
    pub fn length(&mut self, field: &'static str, text: &str, allowed: RangeInclusive<usize>) {
        let (least, most) = (*allowed.start(), *allowed.end());
        // Counting stops where the answer is known, however long the text.
        let length = text.chars().take(most.saturating_add(1)).count();
        if length == 0 && least > 0 {
            self.fault(field, REQUIRED);
        } else if length < least {
            self.fault(
                field,
                Text::new(format!("至少 {least} 个字符"), format!("must have at least {least} characters")),
            );
        } else if length > most {
            self.fault(
                field,
                Text::new(format!("最多 {most} 个字符"), format!("must have at most {most} characters")),
            );
        }
    }

    /// A number within a range.
    pub fn range(&mut self, field: &'static str, number: i64, allowed: RangeInclusive<i64>) {
        if !allowed.contains(&number) {
            let (least, most) = (*allowed.start(), *allowed.end());
            let text = if most == i64::MAX {
                Text::new(format!("不能小于 {least}"), format!("must not be less than {least}"))
            } else {
                Text::new(
                    format!("必须在 {least} 到 {most} 之间"),
                    format!("must be between {least} and {most}"),
                )
            };
            self.fault(field, text);
        }
    }

    /// A text that looks like a mail address: `name@host.domain`.
    pub fn email(&mut self, field: &'static str, text: &str) {
        if !looks_like_email(text) {
            self.fault(field, Text::new("邮箱格式不正确", "is not a valid email address"));
        }
    }

    /// A text without control characters.
    pub fn printable(&mut self, field: &'static str, text: &str) {
        if text.chars().any(char::is_control) {
            self.fault(field, Text::new("不能包含控制字符", "must not contain control characters"));
        }
    }

    /// A new password: its length, a letter and a digit.
    pub fn password(&mut self, field: &'static str, password: &SecretString, allowed: RangeInclusive<usize>) {
        let text = password.expose_secret();
        let before = self.0.len();
        self.length(field, text, allowed);
        let is_strong = text.chars().any(char::is_alphabetic) && text.chars().any(char::is_numeric);
        if self.0.len() == before && !is_strong {
            self.fault(field, Text::new("必须同时包含字母和数字", "must contain a letter and a digit"));
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// All faults as one error.
    pub fn into_error(self) -> AppError {
        AppError::invalid_fields(self.0)
    }

    /// Nothing, or all faults as one error.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that broke a rule.
    pub fn finish(self) -> Result<(), AppError> {
        if self.is_clean() { Ok(()) } else { Err(self.into_error()) }
    }
}

fn looks_like_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let name_is_sane = (1..=64).contains(&name.len())
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains(|character: char| {
            character.is_whitespace() || character.is_control() || "<>()[],;:\\\"@".contains(character)
        });
    let label_is_sane = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|character| character.is_alphanumeric() || character == '-')
    };
    text.len() <= 254 && name_is_sane && host.contains('.') && host.split('.').all(label_is_sane)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["user@example.com", "a.b+c@sub.example.co", "张三@例子.公司", "a@b.c"] {
            assert!(looks_like_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "", "@", "a", "a@", "@b.c", "a@b", "a@@b.c", "a@b..c", "a@.b.c", "a@b.c.", "a b@c.d", "a@b c.d",
            "a@-b.c", ".a@b.c", "a..b@c.d", "<a@b.c>", "a@b.c\n", &long,
        ] {
            assert!(!looks_like_email(bad), "{bad}");
        }
    }
}

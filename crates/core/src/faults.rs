//! Collects what is wrong with the fields of a request, so that all faults are named at once.

use crate::{AppError, FieldFault, Text};

/// Faults found so far. A contract begins with fields that it could not read; a use case adds the rules that are broken.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Begins with faults that were found before.
    pub fn new(found: Vec<FieldFault>) -> Self {
        Self(found)
    }

    /// The field breaks a rule. The first fault of a field stands: what couldn't be read can't break a rule besides.
    pub fn add(&mut self, field: &'static str, text: Text) {
        if !self.has(field) {
            self.0.push(FieldFault { field: field.into(), text });
        }
    }

    /// Whether something is wrong with this field.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.field == field)
    }

    /// A field that must have a value.
    pub fn missing(&mut self, field: &'static str) {
        self.add(field, Text::new("不能为空", "is required"));
    }

    /// A text of at most so many characters, none of them a control character.
    pub fn line(&mut self, field: &'static str, text: &str, most: usize) {
        if text.chars().nth(most).is_some() {
            self.add(
                field,
                Text::new(format!("最多 {most} 个字符"), format!("must have at most {most} characters")),
            );
        } else if text.chars().any(char::is_control) {
            self.add(field, Text::new("不能包含控制字符", "must not contain control characters"));
        }
    }

    /// A text of at most so many characters, which may have several lines.
    pub fn text(&mut self, field: &'static str, text: &str, most: usize) {
        let lines = text.replace(['\n', '\r', '\t'], " ");
        self.line(field, &lines, most);
    }

    /// Nothing, or all faults as one error, in the order of the fields' names here.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that broke a rule.
    pub fn finish(mut self, order: &[&str]) -> Result<(), AppError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let place = |fault: &FieldFault| order.iter().position(|name| *name == fault.field);
        self.0.sort_by_key(|fault| place(fault).unwrap_or(order.len()));
        Err(AppError::invalid_fields(self.0))
    }
}

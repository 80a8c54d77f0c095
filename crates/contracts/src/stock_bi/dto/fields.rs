//! Fields that come in several shapes, and parameters that several routes have.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use wenshu_core::runs::talk::Subject;
use wenshu_core::{AccountStatus, AppError, Text};

use crate::http::form::{Checks, Field, Given};

/// Characters of the longest name or address of a user.
const LONGEST_NAME: usize = 254;

/// Characters of the longest session id.
const LONGEST_SESSION: usize = 64;

/// The tasks by their names, what the document calls them first.
const TASKS: [(&str, &str, Subject); 3] = [
    ("通用对话", "chat", Subject::Anything),
    ("股票分析", "stock", Subject::Stocks),
    ("数据BI", "data", Subject::Data),
];

/// A task by its name.
#[derive(Clone, Copy, Debug)]
pub struct Task(pub Subject);

impl Field for Task {
    fn read(value: Value) -> Result<Self, Text> {
        let name = value.as_str().map(str::trim);
        if name == Some("") {
            return Ok(Self(Subject::Anything));
        }
        let found = TASKS.iter().find(|(name_zh, name_en, _)| name == Some(name_zh) || name == Some(name_en));
        found.map(|(_, _, subject)| Self(*subject)).ok_or_else(|| {
            let names = TASKS.map(|(name, _, _)| name).join("、");
            Text::new(format!("必须是以下之一：{names}"), format!("must be one of: {names}"))
        })
    }
}

/// How the document describes a task.
pub(super) struct TaskWord;

impl PartialSchema for TaskWord {
    fn schema() -> RefOr<Schema> {
        let names =
            TASKS.map(|(_, name, _)| name).into_iter().chain(TASKS.map(|(name, _, _)| name)).chain([""]);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What is talked about"))
            .enum_values(Some(names))
            .into()
    }
}

impl ToSchema for TaskWord {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Task")
    }
}

/// Names of tools: one, several with commas between them, or a JSON array, as text or as it is.
#[derive(Clone, Debug, Default)]
pub struct ToolNames(pub Vec<String>);

impl Field for ToolNames {
    fn read(value: Value) -> Result<Self, Text> {
        let names = match value {
            Value::String(text) if text.trim_start().starts_with('[') => {
                let items: Value = serde_json::from_str(&text).map_err(|_| not_tools())?;
                Vec::<String>::read(items).map_err(|_| not_tools())?
            }
            Value::String(text) => text.split([',', '，']).map(str::to_owned).collect(),
            items @ Value::Array(_) => Vec::<String>::read(items).map_err(|_| not_tools())?,
            _ => return Err(not_tools()),
        };
        let names = names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self(names.collect()))
    }
}

fn not_tools() -> Text {
    Text::new(
        "必须是工具名、逗号分隔的工具名，或 JSON 数组",
        "must be the name of a tool, names with commas between them, or a JSON array of names",
    )
}

/// How the document describes names of tools.
pub(super) struct ToolsSchema;

impl PartialSchema for ToolsSchema {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Array, Type::Null]))
            .description(Some(
                "Tools that the answer may use and no others: a name, names with commas between them, or a JSON array, as text or as it is",
            ))
            .into()
    }
}

impl ToSchema for ToolsSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Tools")
    }
}

/// Whether a user may be used, in any way of saying it; nothing for an empty text.
#[derive(Clone, Copy, Debug)]
pub struct Status(pub Option<AccountStatus>);

impl Field for Status {
    fn read(value: Value) -> Result<Self, Text> {
        let fault = || {
            Text::new(
                "必须是 active / disabled、true / false 或 1 / 0",
                "must be active / disabled, true / false or 1 / 0",
            )
        };
        let is_active = match &value {
            Value::Bool(flag) => *flag,
            Value::Number(number) => match number.as_i64() {
                Some(1) => true,
                Some(0) => false,
                _ => return Err(fault()),
            },
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "" => return Ok(Self(None)),
                "active" | "true" | "1" => true,
                "disabled" | "false" | "0" => false,
                _ => return Err(fault()),
            },
            _ => return Err(fault()),
        };
        Ok(Self(Some(if is_active { AccountStatus::Active } else { AccountStatus::Disabled })))
    }
}

/// How the document describes the status that a user is given.
pub(super) struct StatusSchema;

impl PartialSchema for StatusSchema {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Boolean, Type::Integer, Type::Null]))
            .minimum(Some(0))
            .maximum(Some(1))
            .description(Some(
                "Whether the user may be used: `active` or `disabled`, `true` or `false`, `1` or `0`",
            ))
            .into()
    }
}

impl ToSchema for StatusSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("NewStatus")
    }
}

/// `user_name` alone.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct UserParameters {
    /// The user's name, or address.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 254)]
    user_name: Given<String>,
}

impl UserParameters {
    /// The name.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameter.
    pub fn into_name(self) -> Result<String, AppError> {
        let mut checks = Checks::default();
        match user_name(&mut checks, self.user_name) {
            Some(name) if checks.is_clean() => Ok(name),
            _ => Err(checks.into_error()),
        }
    }
}

/// `session_id` alone.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SessionParameters {
    /// The session's id.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 64)]
    session_id: Given<String>,
}

impl SessionParameters {
    /// The id.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the parameter.
    pub fn into_session(self) -> Result<String, AppError> {
        let mut checks = Checks::default();
        match session(&mut checks, self.session_id) {
            Some(session) if checks.is_clean() => Ok(session),
            _ => Err(checks.into_error()),
        }
    }
}

/// The name of a user that must be given.
pub(super) fn user_name(checks: &mut Checks, given: Given<String>) -> Option<String> {
    let name = checks.required("user_name", given).map(|name| name.trim().to_owned());
    if let Some(name) = &name {
        checks.length("user_name", name, 1..=LONGEST_NAME);
    }
    name
}

/// The id of a session that must be given.
pub(super) fn session(checks: &mut Checks, given: Given<String>) -> Option<String> {
    let session = checks.required("session_id", given).map(|session| session.trim().to_owned());
    if let Some(session) = &session {
        checks.length("session_id", session, 1..=LONGEST_SESSION);
    }
    session
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tools_come_in_four_shapes() {
        let read = |value: Value| ToolNames::read(value).ok().map(|names| names.0);
        for (value, expected) in [
            (json!(""), vec![]),
            (json!("  "), vec![]),
            (json!(","), vec![]),
            (json!("a"), vec!["a"]),
            (json!(" a , b,，c "), vec!["a", "b", "c"]),
            (json!("[]"), vec![]),
            (json!(r#" ["a", " b "]"#), vec!["a", "b"]),
            (json!([]), vec![]),
            (json!(["a", ""]), vec!["a"]),
        ] {
            assert_eq!(read(value.clone()).unwrap(), expected, "{value}");
        }
        for value in [json!("[a"), json!("[1]"), json!([1]), json!([["a"]]), json!(1), json!({}), json!(true)]
        {
            assert_eq!(read(value.clone()), None, "{value}");
        }
    }

    #[test]
    fn a_status_is_said_in_three_ways() {
        let read = |value: Value| Status::read(value).ok().map(|status| status.0);
        for (value, expected) in [
            (json!("active"), Some(AccountStatus::Active)),
            (json!(" Disabled "), Some(AccountStatus::Disabled)),
            (json!("true"), Some(AccountStatus::Active)),
            (json!(false), Some(AccountStatus::Disabled)),
            (json!(1), Some(AccountStatus::Active)),
            (json!("0"), Some(AccountStatus::Disabled)),
            (json!(""), None),
        ] {
            assert_eq!(read(value.clone()), Some(expected), "{value}");
        }
        for value in [json!("on"), json!(2), json!(1.5), json!([]), json!("启用")] {
            assert_eq!(read(value.clone()), None, "{value}");
        }
    }
}

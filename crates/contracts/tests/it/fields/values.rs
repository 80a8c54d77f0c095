//! Values that break a schema, and the smallest ones that don't.

use serde_json::{Map, Value, json};

use super::document::Document;

/// What a value is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// JSON, which has types.
    Json,
    /// A path, a query string or a form: text alone.
    Text,
}

/// Values that break this schema, each in a way of its own. The schema is one that [`Document::plain`] has made plain.
pub(super) fn broken(schema: &Value, written: Written) -> Vec<Value> {
    let types = types(schema);
    let mut values = match written {
        Written::Json => wrong_types(&types),
        Written::Text => wrong_texts(&types),
    };
    if types.contains(&"string") {
        values.extend(wrong_strings(schema, written));
    }
    if types.contains(&"integer") || types.contains(&"number") {
        values.extend(wrong_numbers(schema));
    }
    values
}

/// The types that a value may have.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => panic!("a schema without a type: {schema}"),
    }
}

fn wrong_types(types: &[&str]) -> Vec<Value> {
    let candidates = [
        ("null", Value::Null),
        ("string", json!("x")),
        ("boolean", json!(true)),
        ("array", json!([])),
        ("array", json!(["x"])),
        ("object", json!({})),
        ("object", json!({"x": 1})),
    ];
    let mut values: Vec<Value> =
        candidates.into_iter().filter(|(kind, _)| !types.contains(kind)).map(|(_, value)| value).collect();
    let is_number = types.contains(&"number");
    if !is_number && !types.contains(&"integer") {
        values.push(json!(7));
    }
    if !is_number {
        values.push(json!(1.5));
    }
    if types.contains(&"integer") {
        // One more than fits.
        values.push(json!(9_223_372_036_854_775_808_u64));
    }
    values
}

fn wrong_texts(types: &[&str]) -> Vec<Value> {
    let texts: &[&str] = match types {
        _ if types.contains(&"string") => &[],
        _ if types.contains(&"integer") => &["x", "1.5", "1e3", "", "9223372036854775808"],
        _ => &["x", "yes", "7", ""],
    };
    texts.iter().map(|text| json!(text)).collect()
}

fn wrong_strings(schema: &Value, written: Written) -> Vec<Value> {
    let mut values = Vec::new();
    if let Some(shortest) = schema["minLength"].as_u64() {
        values.push(json!("x".repeat(usize::try_from(shortest).unwrap() - 1)));
    }
    if let Some(longest) = schema["maxLength"].as_u64() {
        // Characters count, not bytes; but percent-encoded the longest ones would be more than an address can hold.
        let character = if written == Written::Json { "长" } else { "x" };
        values.push(json!(character.repeat(usize::try_from(longest).unwrap() + 1)));
    }
    if schema["enum"].is_array() {
        values.extend([json!("no-such-word"), json!(schema["enum"][0].as_str().unwrap().to_uppercase())]);
    }
    if schema["pattern"].is_string() {
        // Fits none of the patterns that there are.
        values.push(json!("%%%"));
    }
    match schema["format"].as_str() {
        Some("uuid") => values.extend([json!("x"), json!("0190f5a0000070008000000000000001")]),
        Some("email") => values.extend([json!("x"), json!("x@"), json!("@example.com")]),
        Some("date-time") => values.extend([json!("x"), json!("2024-01-01"), json!("2024-13-01T00:00:00Z")]),
        Some("date") => values.extend([json!("x"), json!("2024-1-1"), json!("2024-02-30")]),
        // Said for people: any text will do.
        None | Some("password") => {}
        Some(other) => panic!("no broken values are known for the format `{other}`"),
    }
    values
}

fn wrong_numbers(schema: &Value) -> Vec<Value> {
    let mut values = Vec::new();
    for (rule, beyond) in [("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0)]
    {
        match &schema[rule] {
            Value::Null => {}
            limit => values.push(limit.as_i64().map_or_else(
                || json!(limit.as_f64().unwrap() + f64::from(beyond)),
                |limit| json!(limit + i64::from(beyond)),
            )),
        }
    }
    values
}

/// The smallest value that is right.
pub(super) fn smallest(document: &Document, schema: &Value) -> Value {
    let schema = document.plain(schema);
    match types(&schema)[0] {
        "string" => schema["enum"].get(0).cloned().unwrap_or_else(|| {
            json!("x".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1)).unwrap()))
        }),
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields =
                required.map(|name| (name.to_owned(), smallest(document, &schema["properties"][name])));
            Value::Object(Map::from_iter(fields))
        }
        "array" => json!([smallest(document, &schema["items"])]),
        "boolean" => json!(true),
        _ => schema["minimum"].clone(),
    }
}

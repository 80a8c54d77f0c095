//! Requests with one thing wrong, made from one in which nothing is.

use serde_json::{Value, json};
use wenshu_contracts::http::route::Route;
use wenshu_testkit::user::encode;

use super::document::{Document, Field};
use super::values::{Written, broken, smallest, types};

/// A request.
#[derive(Clone)]
pub(crate) struct Sample {
    path: String,
    query: Vec<(String, String)>,
    /// Headers that are fields of it.
    pub(super) headers: Vec<(String, String)>,
    /// What it carries.
    pub(super) body: SampleBody,
}

/// What a request carries.
#[derive(Clone)]
pub(crate) enum SampleBody {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    Parts(Vec<u8>),
}

/// A request in which one field is wrong.
pub(super) struct Broken {
    /// The whole of it.
    pub(super) sample: Sample,
    /// `path`, `query`, `header` or `body`.
    pub(super) place: &'static str,
    /// The field: `messages.0.role`.
    pub(super) field: String,
    /// What is wrong, for people.
    pub(super) what: String,
}

impl Sample {
    /// With this path, which may have a query string.
    pub(crate) fn new(address: &str, body: SampleBody) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { path: path.to_owned(), query, headers: Vec::new(), body }
    }

    /// Path and query string.
    pub(super) fn address(&self) -> String {
        let pairs: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }
}

/// Every way in which the document says that a request may be wrong.
pub(super) fn broken_requests(document: &Document, route: &Route, sample: &Sample) -> Vec<Broken> {
    let mut found = Vec::new();
    for field in document.parameters(route) {
        let before = found.len();
        match field.place.as_str() {
            "path" => in_path(route, sample, &field, &mut found),
            "header" => in_header(sample, &field, &mut found),
            _ => in_query(sample, &field, &mut found),
        }
        // What a code or a file is called has no rules, and neither has what WeChat hands out or a user is looked for by. A user that
        // is to be made has.
        let is_anything = ["code", "file", "username"].contains(&field.name.as_str());
        let is_elsewhere = is_of_another_contract(route, &field);
        assert!(
            found.len() > before || is_anything || is_elsewhere,
            "{route:?}: nothing breaks `{}`",
            field.name
        );
    }
    if let Some(body) = document.body(route) {
        match (&sample.body, body.media_type.as_str()) {
            (SampleBody::Json(example), "application/json") => {
                in_body(document, sample, example, &body.schema, &mut found);
            }
            (SampleBody::Form(fields), "application/x-www-form-urlencoded") => {
                in_form(document, sample, fields, &body.schema, &mut found);
            }
            (SampleBody::Parts(_), "multipart/form-data") => in_parts(sample, &body.schema, &mut found),
            (_, media_type) => panic!("{route:?} takes {media_type}, and its example is another thing"),
        }
    }
    found
}

/// `GET /users/{x}` is AIDeer's where `{x}` is all digits alone, and `GET /conversations/{x}` chat-app's, so that no wrong number is
/// there to be refused.
fn is_of_another_contract(route: &Route, field: &Field) -> bool {
    let shared = ["/api/v1/users/{user_id}", "/api/v1/conversations/{conversation_id}"];
    route.method == http::Method::GET
        && shared.contains(&route.path)
        && ["user_id", "conversation_id"].contains(&field.name.as_str())
}

fn in_path(route: &Route, sample: &Sample, field: &Field, found: &mut Vec<Broken>) {
    if is_of_another_contract(route, field) {
        return;
    }
    let place = route.path.split('/').position(|part| part == format!("{{{}}}", field.name)).unwrap();
    for value in broken(&field.schema, Written::Text) {
        let text = text_of(&value);
        // Without it, it is another path.
        if text.is_empty() {
            continue;
        }
        let mut parts: Vec<String> = sample.path.split('/').map(str::to_owned).collect();
        parts[place] = encode(&text);
        // A number that fits nowhere is nobody's.
        if types(&field.schema).contains(&"integer") && text == "9223372036854775808" {
            continue;
        }
        let sample = Sample { path: parts.join("/"), ..sample.clone() };
        found.push(Broken::new(sample, "path", &field.name, &value));
    }
}

fn in_query(sample: &Sample, field: &Field, found: &mut Vec<Broken>) {
    let without: Vec<(String, String)> =
        sample.query.iter().filter(|(name, _)| *name != field.name).cloned().collect();
    for value in broken(&field.schema, Written::Text) {
        let mut query = without.clone();
        query.push((field.name.clone(), text_of(&value)));
        let sample = Sample { query, ..sample.clone() };
        found.push(Broken::new(sample, "query", &field.name, &value));
    }
    if field.is_required {
        let sample = Sample { query: without, ..sample.clone() };
        found.push(Broken::new(sample, "query", &field.name, &json!("left out")));
    }
}

fn in_header(sample: &Sample, field: &Field, found: &mut Vec<Broken>) {
    for value in broken(&field.schema, Written::Text) {
        let headers = vec![(field.name.clone(), text_of(&value))];
        found.push(Broken::new(Sample { headers, ..sample.clone() }, "header", &field.name, &value));
    }
}

fn in_form(
    document: &Document,
    sample: &Sample,
    fields: &[(String, String)],
    schema: &Value,
    found: &mut Vec<Broken>,
) {
    let required = schema["required"].as_array().unwrap();
    for (name, schema) in schema["properties"].as_object().unwrap() {
        let without: Vec<(String, String)> =
            fields.iter().filter(|(other, _)| other != name).cloned().collect();
        let mut add = |fields: Vec<(String, String)>, value: &Value| {
            let sample = Sample { body: SampleBody::Form(fields), ..sample.clone() };
            found.push(Broken::new(sample, "body", name, value));
        };
        for value in broken(&document.plain(schema), Written::Text) {
            let mut fields = without.clone();
            fields.push((name.clone(), text_of(&value)));
            add(fields, &value);
        }
        if required.contains(&json!(name)) {
            add(without, &json!("left out"));
        }
    }
}

fn in_parts(sample: &Sample, schema: &Value, found: &mut Vec<Broken>) {
    for name in schema["properties"].as_object().unwrap().keys() {
        let SampleBody::Parts(good) = &sample.body else { continue };
        let other = |bytes: Vec<u8>| Sample { body: SampleBody::Parts(bytes), ..sample.clone() };
        // Under another name it is left out.
        let renamed = String::from_utf8_lossy(good).replace(&format!("\"{name}\""), "\"something_else\"");
        found.push(Broken::new(other(renamed.into_bytes()), "body", name, &json!("left out")));
        let head = good.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        let text = [&good[..head], b"no picture\r\n--edge--\r\n"].concat();
        found.push(Broken::new(other(text), "body", name, &json!("no picture")));
    }
}

fn in_body(document: &Document, sample: &Sample, example: &Value, schema: &Value, found: &mut Vec<Broken>) {
    for value in [json!([]), json!([1]), json!("x"), json!(7), Value::Null] {
        let sample = Sample { body: SampleBody::Json(value.clone()), ..sample.clone() };
        found.push(Broken::new(sample, "body", "body", &value));
    }
    in_object(document, sample, example, "", schema, found);
}

/// Breaks each field of the object at this pointer of a body that is right.
fn in_object(
    document: &Document,
    sample: &Sample,
    right: &Value,
    pointer: &str,
    schema: &Value,
    found: &mut Vec<Broken>,
) {
    let name_of = |pointer: &str| pointer.trim_start_matches('/').replace('/', ".");
    let add = |found: &mut Vec<Broken>, body: Value, field: &str, value: &Value| {
        let sample = Sample { body: SampleBody::Json(body), ..sample.clone() };
        found.push(Broken::new(sample, "body", &name_of(&format!("{pointer}/{field}")), value));
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if schema["additionalProperties"] == false {
        let mut body = right.clone();
        body.pointer_mut(pointer).unwrap()["no_such_field"] = json!("x");
        add(found, body, "no_such_field", &json!("x"));
    }
    for (name, schema) in schema["properties"].as_object().unwrap() {
        let schema = document.plain(schema);
        let before = found.len();
        for value in broken(&schema, Written::Json) {
            let mut body = right.clone();
            body.pointer_mut(pointer).unwrap()[name] = value.clone();
            add(found, body, name, &value);
        }
        if required.contains(&json!(name)) {
            let mut body = right.clone();
            body.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap().remove(name);
            add(found, body, name, &json!("left out"));
        }
        assert!(found.len() > before, "nothing breaks `{pointer}/{name}`");
        let inner = format!("{pointer}/{name}");
        if types(&schema).contains(&"object") {
            let body = with(document, right, &inner, &schema);
            in_object(document, sample, &body, &inner, &schema, found);
        }
        // A list that may also come as a text says nothing of what is in it.
        if types(&schema).contains(&"array") && !schema["items"].is_null() {
            let items = document.plain(&schema["items"]);
            let body = with(document, right, &inner, &schema);
            for value in broken(&items, Written::Json) {
                let mut body = body.clone();
                *body.pointer_mut(&format!("{inner}/0")).unwrap() = value.clone();
                // What isn't an object has no field of its own: the list names it, or its place in it.
                let is_placed = types(&items).contains(&"object");
                add(found, body, &if is_placed { format!("{name}/0") } else { name.clone() }, &value);
            }
            if types(&items).contains(&"object") {
                in_object(document, sample, &body, &format!("{inner}/0"), &items, found);
            }
        }
    }
}

/// The body with something at this pointer, which is an object or a list with something in it.
fn with(document: &Document, right: &Value, pointer: &str, schema: &Value) -> Value {
    let mut body = right.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let is_there = body.pointer(pointer).is_some_and(|value| match value {
        Value::Object(_) => true,
        Value::Array(items) => !items.is_empty(),
        _ => false,
    });
    if !is_there {
        body.pointer_mut(parent).unwrap()[name] = smallest(document, schema);
    }
    body
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Broken {
    fn new(sample: Sample, place: &'static str, field: &str, value: &Value) -> Self {
        let shown: String = value.to_string().chars().take(40).collect();
        Self { sample, place, field: field.to_owned(), what: format!("{place} {field} = {shown}") }
    }
}

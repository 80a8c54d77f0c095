//! What an OpenAPI document says of requests, with its references followed.

use serde_json::{Map, Value, json};
use wenshu_contracts::http::route::Route;
use wenshu_contracts::{Contract, openapi};

/// A contract's document.
pub(super) struct Document(Value);

/// A field of a request: where, its name, its schema made plain, and whether it must be there.
pub(super) struct Field {
    /// `path` or `query`.
    pub(super) place: String,
    /// Its name.
    pub(super) name: String,
    /// What it may be.
    pub(super) schema: Value,
    /// Whether it must be there.
    pub(super) is_required: bool,
}

/// The body of a request.
pub(super) struct BodyDescription {
    /// Its media type.
    pub(super) media_type: String,
    /// What it may be, made plain.
    pub(super) schema: Value,
}

impl Document {
    /// Of this contract.
    pub(super) fn of(contract: Contract) -> Self {
        Self(serde_json::from_str(&openapi(contract)).unwrap())
    }

    fn operation(&self, route: &Route) -> &Value {
        &self.0["paths"][route.path][route.method.as_str().to_ascii_lowercase()]
    }

    /// The parameters of an operation.
    pub(super) fn parameters(&self, route: &Route) -> Vec<Field> {
        let parameters = self.operation(route)["parameters"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        parameters
            .map(|parameter| Field {
                place: text(&parameter["in"]),
                name: text(&parameter["name"]),
                schema: self.plain(&parameter["schema"]),
                is_required: parameter["required"] == true,
            })
            .collect()
    }

    /// The body of an operation, if it takes one.
    pub(super) fn body(&self, route: &Route) -> Option<BodyDescription> {
        let content = self.operation(route)["requestBody"]["content"].as_object()?;
        let (media_type, content) = content.iter().next()?;
        assert!(!content["schema"].is_null(), "{route:?}: a body without a schema");
        Some(BodyDescription { media_type: media_type.clone(), schema: self.plain(&content["schema"]) })
    }

    /// A schema without a reference at its top, without `allOf`, and with `null` among its types rather than as an alternative.
    pub(super) fn plain(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.0.pointer(reference.strip_prefix('#').unwrap());
            return self.plain(target.unwrap_or_else(|| panic!("{reference} leads nowhere")));
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in parts {
                for (key, value) in self.plain(part).as_object().unwrap() {
                    match (whole.get_mut(key), value) {
                        (Some(Value::Object(known)), Value::Object(more)) => known.extend(more.clone()),
                        (Some(Value::Array(known)), Value::Array(more)) => known.extend(more.iter().cloned()),
                        _ => drop(whole.insert(key.clone(), value.clone())),
                    }
                }
            }
            return Value::Object(whole);
        }
        if let Some(alternatives) = schema["oneOf"].as_array() {
            let is_null = |one: &&Value| one["type"] == "null";
            let others: Vec<&Value> = alternatives.iter().filter(|one| !is_null(one)).collect();
            let [other] = others.as_slice() else { panic!("a request with alternatives: {schema}") };
            let mut plain = self.plain(other);
            if others.len() < alternatives.len() {
                plain["type"] = json!([plain["type"], "null"]);
            }
            return plain;
        }
        schema.clone()
    }
}

//! The documents, against the routes that they are made from, and the page that shows them.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};
use wenshu_contracts::http::document::{Preface, ambiguous};
use wenshu_contracts::http::route::Route;
use wenshu_contracts::{Contract, aideer, chat_app, openapi, querygpt, stock_bi, wenshu};
use wenshu_testkit::TestApp;

use crate::support::failure;

fn document(contract: Contract) -> Value {
    serde_json::from_str(&openapi(contract)).unwrap()
}

/// Every operation of a document: its method in lower case, its path, and what is said of it.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Map<String, Value>)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations
            .map(move |(method, operation)| (method.as_str(), path.as_str(), operation.as_object().unwrap()))
    })
}

/// Every `$ref` in a document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Every contract with the table of its routes and what its document says beyond them.
fn contracts() -> [(Contract, &'static [Route], Preface); 5] {
    [
        (Contract::QueryGpt, &querygpt::ROUTES, querygpt::openapi::PREFACE),
        (Contract::Aideer, &aideer::ROUTES, aideer::openapi::PREFACE),
        (Contract::ChatApp, &chat_app::ROUTES, chat_app::openapi::PREFACE),
        (Contract::StockBi, &stock_bi::ROUTES, stock_bi::openapi::PREFACE),
        (Contract::Wenshu, &wenshu::ROUTES, wenshu::openapi::PREFACE),
    ]
}

#[test]
fn what_is_documented_is_what_is_mounted() {
    assert_eq!(contracts().map(|(contract, ..)| contract), Contract::ALL);
    for (contract, routes, _) in contracts() {
        let document = document(contract);
        assert_eq!(document["openapi"], "3.1.0");
        let documented: BTreeSet<String> = operations(&document)
            .map(|(method, path, _)| format!("{} {path}", method.to_ascii_uppercase()))
            .collect();
        // That the table is what is mounted is for the tests of access.
        let mounted: BTreeSet<String> =
            routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(documented, mounted);
        assert_eq!(mounted.len(), routes.len());
    }
}

#[test]
fn a_document_is_complete_and_consistent() {
    for contract in Contract::ALL {
        let document = document(*contract);
        let tags: BTreeSet<&str> =
            document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
        let mut ids = BTreeSet::new();
        for (method, path, operation) in operations(&document) {
            let name = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}");
            assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{name}");
            assert!(operation["summary"].as_str().unwrap().contains(" · "), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{name}");
            assert!(!responses.contains_key("default"), "{name}");
            // Where somebody registers a credential says who it is, and one that is none is not looked at.
            let is_looked_at = path != "/v1/users/register";
            let takes_credentials = !operation["security"].as_array().unwrap().is_empty() && is_looked_at;
            assert!(!takes_credentials || responses.contains_key("401"), "{name}");
            let parameters =
                operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut in_path: Vec<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let mut in_braces: Vec<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            in_path.sort_unstable();
            in_braces.sort_unstable();
            assert_eq!(in_path, in_braces, "{name}");
            // In a path alone there may be nothing that can be wrong: any name of a picture is a name.
            let is_checked = parameters.len() > in_path.len() || operation.contains_key("requestBody");
            let may_be_wrong = is_checked || !in_path.is_empty();
            let says_so = responses.contains_key("422");
            assert!(if says_so { may_be_wrong } else { !is_checked }, "{name}");
        }
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{contract:?}: {reference} leads nowhere");
        }
    }
    for (_, routes, preface) in contracts() {
        assert_eq!(ambiguous(&preface, routes), Vec::<String>::new());
    }
}

#[test]
fn what_may_be_left_out_of_an_address_is_said_so() {
    let document = document(Contract::QueryGpt);
    let parameters = document["paths"]["/api/v1/chat/stream"]["get"]["parameters"].as_array().unwrap();
    let required: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter["required"] == true)
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(required, ["query"]);
}

#[test]
fn every_field_of_a_request_says_what_it_is() {
    for contract in Contract::ALL {
        let document = document(*contract);
        for (method, path, operation) in operations(&document) {
            for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let said = parameter["description"].is_string() || parameter["in"] == "path";
                assert!(said, "{method} {path}: {parameter}");
            }
            let Some(body) = operation.get("requestBody") else { continue };
            let mut names = BTreeSet::new();
            references(body, &mut names);
            for name in names {
                let schema = document.pointer(name.strip_prefix('#').unwrap()).unwrap();
                for (field, schema) in schema["properties"].as_object().unwrap() {
                    // What may be null is described within.
                    let said = schema["description"].is_string()
                        || schema["oneOf"]
                            .as_array()
                            .into_iter()
                            .flatten()
                            .any(|one| one["description"].is_string());
                    assert!(said, "{name}: {field}: {schema}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_providers_that_are_documented_are_those_that_there_are() {
    let app = TestApp::builder().without_demo().start().await;
    let user = app.register("user@example.com").await;
    let body = json!({"name": "x", "provider": "nobody", "model_id": "x"});
    let error = failure(
        user.post("/api/v1/models", &body).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "VALIDATION_ERROR",
    )
    .await;
    let message = error["details"]["fields"][0]["message"].as_str().unwrap();
    let said: BTreeSet<&str> = message.rsplit('：').next().unwrap().split(", ").collect();
    for contract in [Contract::QueryGpt, Contract::Wenshu] {
        let document = document(contract);
        let documented = document["components"]["schemas"]["Provider"]["enum"].as_array().unwrap();
        let documented: BTreeSet<&str> = documented.iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(said, documented, "{contract:?}");
    }
}

#[tokio::test]
async fn the_page_comes_from_the_server_alone() {
    let app = TestApp::builder().without_demo().start().await;
    let moved = app.get("/docs").await;
    assert_eq!((moved.status(), moved.header("location")), (StatusCode::PERMANENT_REDIRECT, "/docs/"));
    for (path, content_type) in [
        ("/docs/", "text/html"),
        ("/docs/index.html", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-ui-standalone-preset.js", "text/javascript"),
        ("/docs/swagger-initializer.js", "text/javascript"),
        ("/docs/favicon-32x32.png", "image/png"),
    ] {
        let response = app.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.header("content-type").starts_with(content_type), "{path}");
        let policy = response.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    }
    let settings = app.get("/docs/swagger-initializer.js").await.bytes().await;
    let settings = String::from_utf8(settings.to_vec()).unwrap();
    for contract in Contract::ALL {
        let path = format!("/openapi/{}.json", contract.as_str());
        assert!(settings.contains(&path), "{settings}");
        let served = app.get(&path).await;
        assert_eq!(served.header("content-type"), "application/json");
        assert_eq!(served.json().await, document(*contract));
    }
    assert!(!settings.contains("://"), "{settings}");
    for path in ["/docs/nothing.js", "/docs/..%2Findex.html", "/openapi/nothing.json", "/openapi/querygpt"] {
        assert_eq!(app.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_switched_off_is_not_shown() {
    let app = TestApp::builder().without_demo().http(|settings| settings.contracts.clear()).start().await;
    assert_eq!(app.get("/openapi/querygpt.json").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.get("/docs/").await.status(), StatusCode::OK);
}

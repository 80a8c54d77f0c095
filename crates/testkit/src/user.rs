//! Somebody who is signed in.

use axum::body::Body;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::{SseEvent, TestApp, TestResponse};

/// An account with its tokens, and the application it belongs to.
pub struct TestUser<'a> {
    app: &'a TestApp,
    /// The account's id, as the contract it was made through writes it.
    pub id: String,
    /// Proves who it is.
    pub access_token: String,
    /// Gives new tokens, once.
    pub refresh_token: String,
}

impl<'a> TestUser<'a> {
    /// From the answer of registering.
    pub fn new(app: &'a TestApp, answer: &Value) -> Self {
        let text = |pointer: &str| {
            let found = answer.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_else(|| panic!("no {pointer} in {answer}")).to_owned()
        };
        Self {
            app,
            id: text("/data/user/id"),
            access_token: text("/data/access_token"),
            refresh_token: text("/data/refresh_token"),
        }
    }

    /// From what AIDeer's contract answers: the user, and the tokens of a sign-in.
    pub fn of_aideer(app: &'a TestApp, user: &Value, tokens: &Value) -> Self {
        let text = |field: &str| {
            let found = tokens.get(field).and_then(Value::as_str);
            found.unwrap_or_else(|| panic!("no {field} in {tokens}")).to_owned()
        };
        Self {
            app,
            id: user["id"].to_string(),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
        }
    }

    /// A request of this user's.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        self.app.request_as(&self.access_token, method, path)
    }

    /// A GET.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.app.send(self.request(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    /// A POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::POST, path, body).await
    }

    /// A PUT of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::PUT, path, body).await
    }

    /// A PATCH of JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::PATCH, path, body).await
    }

    /// A DELETE.
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.app.send(self.request(Method::DELETE, path).body(Body::empty()).expect("a request")).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> TestResponse {
        let request = self.request(method, path).header(CONTENT_TYPE, "application/json");
        self.app.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Asks through QueryGPT's `GET /chat/stream` and leaves the answer to be read.
    pub async fn ask(&self, query: &str) -> TestResponse {
        self.get(&format!("/api/v1/chat/stream?query={}", encode(query))).await
    }

    /// Asks, and reads all events.
    pub async fn answer(&self, query: &str) -> Vec<SseEvent> {
        self.ask(query).await.events().await
    }
}

/// A text as part of a query string.
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

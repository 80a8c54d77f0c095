//! What came back.

use axum::body::{Body, BodyDataStream, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::sse::{SseEvent, SseReader};

/// A response of the router.
pub struct TestResponse {
    response: Response<Body>,
}

impl TestResponse {
    /// Wraps a response.
    pub fn new(response: Response<Body>) -> Self {
        Self { response }
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// A header's text; empty when it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Its body as it comes; one that breaks off ends with an error.
    pub fn into_stream(self) -> BodyDataStream {
        self.response.into_body().into_data_stream()
    }

    /// Its whole body.
    pub async fn bytes(self) -> Bytes {
        to_bytes(self.response.into_body(), usize::MAX).await.expect("a body")
    }

    /// Its whole body as JSON.
    pub async fn json(self) -> Value {
        let status = self.status();
        let body = self.bytes().await;
        serde_json::from_slice(&body)
            .unwrap_or_else(|error| panic!("{status}: {error}: {}", String::from_utf8_lossy(&body)))
    }

    /// All its events, up to the end.
    pub async fn events(self) -> Vec<SseEvent> {
        let mut reader = self.into_reader();
        let mut events = Vec::new();
        while let Some(event) = reader.next().await {
            events.push(event);
        }
        events
    }

    /// Reads its events one by one.
    pub fn into_reader(self) -> SseReader<BodyDataStream> {
        SseReader::new(self.response.into_body().into_data_stream())
    }
}

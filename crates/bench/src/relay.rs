//! The baseline of streaming: a bare axum and reqwest program that passes a model's stream on and keeps nothing.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt,
};
use tokio::net::TcpListener;

use crate::console;

#[derive(Clone)]
struct Upstream {
    client: reqwest::Client,
    address: String,
}

/// Serves on a port that the system chooses, and prints the address. `base` is the model's base URL.
pub(crate) async fn serve(base: &str) -> Result<()> {
    let router = router(base)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    console::answer(&format!("http://{}", listener.local_addr()?));
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, router).await?;
    Ok(())
}

fn router(base: &str) -> Result<Router> {
    // The HTTP client insists on one, though all is plain here.
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("there is another provider of cryptography already"))?;
    let upstream = Upstream {
        client: reqwest::Client::builder().no_proxy().build().context("there is no HTTP client")?,
        address: format!("{base}/chat/completions"),
    };
    Ok(Router::new().route("/", get(relay)).with_state(upstream))
}

async fn relay(
    State(upstream): State<Upstream>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let question = parameters.get("query").map(String::as_str).unwrap_or_default();
    let body = serde_json::json!({
        "model": "bench",
        "stream": true,
        "messages": [{ "role": "user", "content": question }],
    });
    let request = upstream.client.post(&upstream.address).header(CONTENT_TYPE, "application/json");
    match request.body(body.to_string()).send().await {
        Ok(answer) => {
            ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(answer.bytes_stream())).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{net::TcpListener, task::JoinSet};

    use super::router;
    use crate::{client::Connection, model, product, wire::WORDS_QUESTION};

    #[tokio::test]
    async fn the_models_reply_comes_through_whole() {
        let model = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let relay = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (base, address) =
            (format!("http://{}/v1", model.local_addr().unwrap()), relay.local_addr().unwrap());
        let mut servers = JoinSet::new();
        servers.spawn(async move {
            model::accept(model, Duration::ZERO).await.unwrap();
        });
        servers.spawn(async move {
            axum::serve(relay, router(&base).unwrap()).await.unwrap();
        });
        let exchange = product::relay_question(address, WORDS_QUESTION);
        let mut connection = Connection::open(address).await.unwrap();
        exchange.run(&mut connection).await.unwrap();
        exchange.run(&mut connection).await.unwrap();
    }
}

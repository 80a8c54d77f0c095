//! The baseline: the least that a server built on axum can do.

use anyhow::Result;
use axum::{Router, routing::get, serve::ListenerExt};
use tokio::net::TcpListener;

use crate::console;

/// Serves `hello` on a port that the system chooses, and prints the address.
pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    console::answer(&format!("http://{}", listener.local_addr()?));
    // As the product does: answers leave at once.
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, Router::new().route("/", get(async || "hello"))).await?;
    Ok(())
}

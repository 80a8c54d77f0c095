#![doc = include_str!("../README.md")]
//!
//! Reading order: [`app`] is the application, [`user`] somebody who is signed in, [`response`] what came back, [`sse`] the events of
//! a stream. [`event_source`] reads them over a socket as programs of others do. [`clock`] decides the time, [`interpreter`] plays the engine where a test must decide when an answer goes on,
//! [`model_server`] is a language model that says what a test scripts, [`lake`] holds datasets in memory, [`wechat_server`] stands in for WeChat, [`proxy`] is one of models that none of us wrote,
//! [`mcp`] are servers of tools that neither of us did,
//! [`databases`] are of real servers, and [`questions`] what all kinds of them are asked.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

pub mod app;
pub mod clock;
pub mod databases;
pub mod demo;
pub mod event_source;
pub mod interpreter;
pub mod lake;
pub mod mcp;
pub mod mcp_server;
pub mod model_server;
pub mod proxy;
pub mod questions;
pub mod response;
pub mod server;
pub mod sse;
pub mod user;
pub mod wechat_server;

pub use app::{TestApp, TestAppBuilder};
pub use clock::TestClock;
pub use databases::ServerDatabase;
pub use event_source::{Attempt, EventSource};
pub use interpreter::ScriptedInterpreter;
pub use lake::MemoryLake;
pub use mcp::{McpPeer, OwnMcpPeer};
pub use mcp_server::ScriptedMcp;
pub use model_server::{Gate, ModelRequest, ScriptedModel, ScriptedReply};
pub use proxy::litellm;
pub use response::TestResponse;
pub use server::TestServer;
pub use sse::SseEvent;
pub use user::{TestUser, encode};
pub use wechat_server::{WeChatMood, WeChatServer};
pub use wenshu_models::ModelTimes;

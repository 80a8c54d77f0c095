//! What the measurement asks the product, and what it takes for a right answer.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};

use crate::{
    client::{Answer, Connection, request},
    load::Exchange,
    wire::LAST_PIECE,
};

/// Asked in turn. Counts, groups, relative dates, joins, trends, filters and comparisons: what people ask.
pub(crate) const QUESTIONS: [&str; 8] = [
    "一共有多少客户？",
    "各城市的客户数量",
    "上月销售额是多少",
    "销售额最高的5个产品",
    "最近12个月每月的销售额趋势",
    "北京有哪些门店",
    "没有下过单的客户有多少",
    "价格高于平均价的产品",
];

/// The one account of a measurement.
pub(crate) const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "bench-password-1";

/// Registers the one account of a measurement; answers its access token.
pub(crate) async fn register(address: SocketAddr) -> Result<String> {
    let body =
        serde_json::json!({ "email": EMAIL, "password": PASSWORD, "display_name": "bench" }).to_string();
    let bytes = request("POST", "/api/v1/auth/register", address, None, Some(&body));
    let mut connection = Connection::open(address).await?;
    let answer = connection.exchange(&bytes).await?;
    if !(200..300).contains(&answer.status) {
        bail!("no account: {}", answer.describe());
    }
    let value: serde_json::Value = serde_json::from_slice(answer.body)?;
    let token = value["data"]["access_token"].as_str().context("registering answered no token")?;
    Ok(token.to_owned())
}

/// The bytes of a question, asked in a conversation of its own.
pub(crate) fn ask(address: SocketAddr, token: &str, question: &str) -> Vec<u8> {
    request("GET", &format!("/api/v1/chat/stream?{}", query(question)), address, Some(token), None)
}

/// The same to a connection.
pub(crate) fn ask_of(address: SocketAddr, token: &str, question: &str, connection: &str) -> Vec<u8> {
    let target = format!("/api/v1/chat/stream?{}&connection_id={connection}", query(question));
    request("GET", &target, address, Some(token), None)
}

/// The bytes of a question to the baseline of streaming.
pub(crate) fn ask_relay(address: SocketAddr, question: &str) -> Vec<u8> {
    request("GET", &format!("/?{}", query(question)), address, None, None)
}

fn query(question: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("query", question).finish()
}

/// One question. The first answer is the pattern for the others: they must have as many rows.
pub(crate) async fn question(address: SocketAddr, token: &str, question: &str) -> Result<Exchange> {
    let bytes = ask(address, token, question);
    let mut connection = Connection::open(address).await?;
    let answer = connection.exchange(&bytes).await?;
    let Some(rows) = rows(&answer) else {
        bail!("`{question}` wasn't answered: {}", answer.describe());
    };
    let check = move |answer: &Answer<'_>| self::rows(answer) == Some(rows);
    Ok(Exchange { name: question.to_owned(), request: bytes, check: Box::new(check) })
}

/// A question that a model answers: its words must come whole, and rows with them or not.
pub(crate) fn model_question(address: SocketAddr, token: &str, question: &str, has_rows: bool) -> Exchange {
    let check = move |answer: &Answer<'_>| {
        is_whole(answer) && answer.contains(LAST_PIECE) && answer.contains("\"rows_count\":") == has_rows
    };
    Exchange { name: question.to_owned(), request: ask(address, token, question), check: Box::new(check) }
}

/// The same of the baseline of streaming, which passes the model's own bytes on.
pub(crate) fn relay_question(address: SocketAddr, question: &str) -> Exchange {
    let check = |answer: &Answer<'_>| {
        answer.status == 200 && answer.contains(LAST_PIECE) && answer.contains("data: [DONE]\n")
    };
    Exchange { name: question.to_owned(), request: ask_relay(address, question), check: Box::new(check) }
}

/// The number of rows of an answer that came to its end.
pub(crate) fn rows(answer: &Answer<'_>) -> Option<u64> {
    if is_whole(answer) { answer.number_after("\"rows_count\":") } else { None }
}

fn is_whole(answer: &Answer<'_>) -> bool {
    answer.status == 200 && answer.contains("event: done\n") && !answer.contains("event: error\n")
}

/// The newest 20 conversations.
pub(crate) fn conversations(address: SocketAddr, token: &str) -> Exchange {
    let bytes = request("GET", "/api/v1/conversations?limit=20", address, Some(token), None);
    let check = |answer: &Answer<'_>| {
        answer.status == 200 && memchr::memmem::find_iter(answer.body, b"\"message_count\"").count() == 20
    };
    Exchange { name: "GET /api/v1/conversations".to_owned(), request: bytes, check: Box::new(check) }
}

/// Whether the server is alive.
pub(crate) fn health(address: SocketAddr) -> Exchange {
    let check = |answer: &Answer<'_>| answer.status == 200;
    let bytes = request("GET", "/health", address, None, None);
    Exchange { name: "GET /health".to_owned(), request: bytes, check: Box::new(check) }
}

/// The baseline's only answer.
pub(crate) fn hello(address: SocketAddr) -> Exchange {
    let check = |answer: &Answer<'_>| answer.status == 200 && answer.body == b"hello";
    let bytes = request("GET", "/", address, None, None);
    Exchange { name: "hello".to_owned(), request: bytes, check: Box::new(check) }
}

//! The binary with a language model, which is a server that says what a test wants.

use futures::StreamExt as _;
use nix::sys::signal::Signal;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use wenshu_testkit::sse::SseReader;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply};

use crate::program::{Ended, Place, Server, client};

const COUNT: &str = "```sql\nSELECT COUNT(*) AS n FROM customers\n```";

/// Starts a server whose model is this one, as an operator would: by the usual variables.
async fn serve(place: &Place, model: &ScriptedModel) -> Server {
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("OPENAI_BASE_URL", model.url())
        .env("OPENAI_API_KEY", "sk-very-secret")
        .env("OPENAI_MODEL", "gpt-test")
        .env("WENSHU_CHECKPOINT_SECONDS", "1")
        // A title is asked for when the answer is over: what is counted here are answers.
        .env("WENSHU_MODEL_TITLES", "false");
    Server::start(command).await
}

async fn register(server: &Server) -> String {
    let body = json!({ "email": "ann@example.com", "password": "correct-horse-1" });
    let response = client().post(server.url("/api/v1/auth/register")).json(&body).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    body["data"]["access_token"].as_str().unwrap().to_owned()
}

async fn get(server: &Server, path: &str, token: &str) -> String {
    client().get(server.url(path)).bearer_auth(token).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_usual_variables_make_a_model_the_default() {
    let model = ScriptedModel::start().await;
    model.require_key("sk-very-secret");
    model.always("您好，我是模型。");
    let place = Place::new();
    let server = serve(&place, &model).await;
    let token = register(&server).await;
    let events = get(&server, "/api/v1/chat/stream?query=hi", &token).await;
    assert!(events.contains("event: done"), "{events}");
    assert_eq!(model.last_request().model(), "gpt-test");
    let metrics = get(&server, "/metrics", "").await;
    for line in [
        "wenshu_model_calls_total{model=\"gpt-test\",purpose=\"interpret\",outcome=\"complete\"} 1",
        "wenshu_model_requests_total{model=\"gpt-test\"} 1",
        "wenshu_model_tokens_total{model=\"gpt-test\",direction=\"output\",estimated=\"false\"}",
        "wenshu_model_first_token_seconds_count{model=\"gpt-test\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let stopped = server.stop(Signal::SIGTERM).await;
    assert!(!stopped.stderr.contains("sk-very-secret"), "{}", stopped.stderr);
}

#[tokio::test]
async fn a_killed_server_keeps_the_question_and_the_text_up_to_the_last_checkpoint() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["第一段", "第二段"]).gated(&gate));
    let place = Place::new();
    let server = serve(&place, &model).await;
    let token = register(&server).await;
    let request =
        client().get(server.url("/api/v1/chat/stream?query=%E4%BD%A0%E5%A5%BD")).bearer_auth(&token);
    let mut reader = SseReader::new(request.send().await.unwrap().bytes_stream().boxed());
    let conversation = reader.next().await.unwrap().json()["conversation_id"].as_str().unwrap().to_owned();
    gate.let_go(1);
    let seen = reader.next_named("delta").await;
    assert_eq!(seen.json()["content"], "第一段");
    checkpointed(&place, "第一段").await;
    server.stop(Signal::SIGKILL).await;

    let server = serve(&place, &model).await;
    let kept: Value =
        serde_json::from_str(&get(&server, &format!("/api/v1/conversations/{conversation}"), &token).await)
            .unwrap();
    let messages = kept["data"]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2, "{kept}");
    assert_eq!((&messages[0]["role"], &messages[0]["content"]), (&json!("user"), &json!("你好")));
    assert_eq!(messages[1]["content"], "第一段");
    assert_eq!(messages[1]["metadata"]["error"]["code"], "INTERRUPTED", "{kept}");
    // What it had taken by then is kept as well: a token for each character, by estimate.
    let (input, output, estimated) = opened(&place)
        .query_row("SELECT input_tokens, output_tokens, usage_estimated FROM runs", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))
        })
        .unwrap();
    assert!(input > 0 && output == 3 && estimated, "{input} {output} {estimated}");
    // Whoever was reading hears how it ended, and nothing is asked again.
    let come_back = async |last: &str| {
        let path = "/api/v1/chat/stream?query=%E4%BD%A0%E5%A5%BD";
        let request = client().get(server.url(path)).bearer_auth(&token).header("last-event-id", last);
        request.send().await.unwrap()
    };
    let mut rest = SseReader::new(come_back(&seen.id).await.bytes_stream().boxed());
    let last = rest.next().await.unwrap();
    assert_eq!((last.event.as_str(), &last.json()["code"]), ("error", &json!("INTERRUPTED")));
    assert_eq!(rest.next().await, None);
    assert_eq!(come_back(&last.id).await.status(), 204);
    assert_eq!(model.requests().len(), 1);
    // The conversation is free for the next question.
    gate.open();
    let next = format!("/api/v1/chat/stream?query=hi&conversation_id={conversation}");
    assert!(get(&server, &next, &token).await.contains("event: done"));
}

/// Waits until this text of a running answer has been kept.
async fn checkpointed(place: &Place, text: &str) {
    let store = opened(place);
    loop {
        let kept: Option<String> = store
            .query_row("SELECT partial FROM runs WHERE status = 'running'", [], |row| row.get(0))
            .unwrap();
        if kept.as_deref() == Some(text) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn opened(place: &Place) -> Connection {
    Connection::open_with_flags(place.path("data/wenshu.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

#[tokio::test]
async fn a_killed_server_settles_what_a_task_had_taken() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["第一段"]).then_hang());
    let place = Place::new();
    let server = serve(&place, &model).await;
    let token = register(&server).await;
    let post = async |path: &str, body: Value| -> Value {
        client()
            .post(server.url(path))
            .bearer_auth(&token)
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let said = json!([{"role": "user", "content": "hello"}]);
    let chat = post("/api/v1/chats", json!({"preset_id": null, "title": "t", "messages": said})).await;
    let task = post("/api/v1/tasks", json!({"chat_id": chat["id"], "type": "chat_generation"})).await;
    // Two tokens were read and three written, by estimate.
    let store = opened(&place);
    loop {
        let spent = store.query_row("SELECT spent FROM credit_holds", [], |row| row.get::<_, i64>(0));
        if spent.unwrap() == 5 {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(store);
    server.stop(Signal::SIGKILL).await;

    let server = serve(&place, &model).await;
    let credits: Value =
        serde_json::from_str(&get(&server, "/api/v1/users/me/credits", &token).await).unwrap();
    assert_eq!((&credits["credits_left"], &credits["credit_records"][0]["amount"]), (&json!(-5), &json!(-5)));
    let path = format!("/api/v1/tasks/{}/stream", task["task_id"].as_str().unwrap());
    let stream = get(&server, &path, &token).await;
    assert!(stream.contains(r#""status":"failed","content":"第一段","token_cost":5"#), "{stream}");
}

#[tokio::test]
async fn the_doctor_asks_the_model() {
    let model = ScriptedModel::start().await;
    let place = Place::new();
    let doctor = || async {
        let mut command = place.command(&["doctor"]);
        command
            .env("OPENAI_BASE_URL", model.url())
            .env("OPENAI_MODEL", "gpt-test")
            .env("WENSHU_LISTEN", "127.0.0.1:0");
        Ended::from(command.output().await.unwrap()).with_code(0).stdout
    };
    let said = doctor().await;
    assert!(said.contains(&format!("`gpt-test` at {} answers", model.url())), "{said}");
    model.close();
    let said = doctor().await;
    assert!(said.contains("The language model can't be reached"), "{said}");
}

/// `wenshu ask` with a model behind it.
async fn ask(model: &ScriptedModel, arguments: &[&str]) -> Ended {
    let place = Place::new();
    let arguments = [&["ask"], arguments].concat();
    let mut command = place.command(&arguments);
    command.env("OPENAI_BASE_URL", model.url()).env("OPENAI_MODEL", "gpt-test");
    Ended::from(command.output().await.unwrap())
}

#[tokio::test]
async fn ask_goes_to_the_configured_model_or_the_one_named() {
    let model = ScriptedModel::start().await;
    model.when("客户").replies([COUNT.into(), "两千位客户。".into()]);
    let ended = ask(&model, &["有多少客户？"]).await.with_code(0);
    assert!(ended.stdout.contains("2000") && ended.stdout.contains("两千位客户。"), "{ended:#?}");
    assert_eq!(model.requests().len(), 2);
    assert_eq!((model.requests()[0].model(), model.requests()[0].authorization()), ("gpt-test", None));

    ask(&model, &["客户", "--model", "other"]).await.with_code(0);
    assert_eq!(model.last_request().model(), "other");

    let before = model.requests().len();
    let ended = ask(&model, &["一共有多少客户？", "--model", "builtin"]).await.with_code(0);
    assert!(ended.stdout.contains("2000"), "{ended:#?}");
    assert_eq!(model.requests().len(), before);
}

#[tokio::test]
async fn ask_says_what_is_wrong_with_the_model() {
    let model = ScriptedModel::start().await;
    model.require_key("another");
    let ended = ask(&model, &["客户", "--lang", "en"]).await.with_code(1);
    assert!(ended.stderr.contains("doesn't accept the configured key"), "{ended:#?}");
    let place = Place::new();
    let ended = place.run(&["ask", "x", "--model", "gpt-4o"]).await.with_code(1);
    assert!(ended.stderr.contains("OPENAI_API_KEY"), "{ended:#?}");
}

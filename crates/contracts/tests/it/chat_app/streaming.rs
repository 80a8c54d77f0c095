//! The stream, byte by byte, as a client reads it that was written from the document alone.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{Gate, ModelTimes, ScriptedModel, ScriptedReply, TestApp, TestServer};

use super::support::{conversation, failure, fine, user};

/// What a client makes of a stream that knows the document and nothing of the standard: blocks end with an empty line, and the lines of
/// a block that begin with `data: ` are lines of a piece.
pub(super) fn joined(stream: &str) -> String {
    let blocks = stream.split("\n\n").filter(|block| block.starts_with("data: "));
    let pieces = blocks.map(|block| {
        let lines: Vec<&str> = block.split('\n').map(|line| line.strip_prefix("data: ").unwrap()).collect();
        lines.join("\n")
    });
    pieces.collect()
}

async fn said(app: &TestApp, conversation: i64, message: &str) -> String {
    let response =
        app.post("/api/v1/chat", &json!({"conversation_id": conversation, "message": message})).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header("content-type"), "text/event-stream");
    assert_eq!(response.header("cache-control"), "no-cache");
    assert_eq!(response.header("x-accel-buffering"), "no");
    String::from_utf8(response.bytes().await.to_vec()).unwrap()
}

/// The contents of a conversation's messages.
pub(super) async fn stored(app: &TestApp, conversation: i64) -> Vec<String> {
    let read = fine(app.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    let messages = read["messages"].as_array().unwrap().iter();
    messages.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_documents_example_to_the_byte() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["The", " sky", " is", " blue..."]));
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let stream = said(&app, there, "Why?").await;
    assert_eq!(stream, "data: The\n\ndata:  sky\n\ndata:  is\n\ndata:  blue...\n\n");
    assert_eq!(stored(&app, there).await, ["Why?", "The sky is blue..."]);
}

#[tokio::test]
async fn pieces_joined_by_hand_are_the_stored_reply() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    for (case, pieces, stream) in [
        ("spaces", &["  two", " ", "", "end "][..], "data:   two\n\ndata:  \n\ndata: end \n\n"),
        (
            "newlines",
            &["a\nb", "\n", "\n\nc"],
            "data: a\ndata: b\n\ndata: \ndata: \n\ndata: \ndata: \ndata: c\n\n",
        ),
        (
            "returns",
            &["a\r\nb\r", "\nc", "\rd"],
            "data: a\ndata: b\ndata: \n\ndata: c\n\ndata: \ndata: d\n\n",
        ),
        (
            "fields",
            &["data: x", "\nevent: y\nid: 1\n: z"],
            "data: data: x\n\ndata: \ndata: event: y\ndata: id: 1\ndata: : z\n\n",
        ),
        (
            "emoji",
            &["👩", "\u{200d}👩‍👧", "é\u{301}好"],
            "data: 👩\n\ndata: \u{200d}👩‍👧\n\ndata: é\u{301}好\n\n",
        ),
        (
            "odd",
            &["a\u{2028}b", "c\u{85}d\u{b}e", "f\u{0}g"],
            "data: a\u{2028}b\n\ndata: c\u{85}d\u{b}e\n\ndata: f\u{fffd}g\n\n",
        ),
    ] {
        model.when(case).reply(ScriptedReply::pieces(pieces.iter().copied()));
        let there = conversation(&app, ann).await;
        let answered = said(&app, there, case).await;
        assert_eq!(answered, stream, "{case}");
        assert_eq!(stored(&app, there).await, [case.to_owned(), joined(&answered)], "{case}");
    }
}

#[tokio::test]
async fn bytes_that_are_cut_anywhere_on_their_way_are_the_same_text() {
    let model = ScriptedModel::start().await;
    let text = "第一行：您好 👩‍👩‍👧\r\n  第二行\n\n😀 end";
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    for bytes in [1, 2, 3, 7] {
        let case = format!("in writes of {bytes}");
        let characters: Vec<String> = text.chars().map(String::from).collect();
        model.when(&case).reply(ScriptedReply::pieces(characters).in_writes_of(bytes));
        let there = conversation(&app, ann).await;
        let answered = said(&app, there, &case).await;
        assert_eq!(joined(&answered), text.replace("\r\n", "\n"), "{case}");
        assert_eq!(stored(&app, there).await[1], joined(&answered), "{case}");
    }
}

#[tokio::test]
async fn what_turns_out_to_be_thinking_is_kept_as_it_was_sent() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["先想", "想", "</think>", "\n\n答案"]));
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let stream = said(&app, there, "Why?").await;
    assert_eq!(stream, "data: 先想\n\ndata: 想\n\ndata: \ndata: \ndata: \n\ndata: 答案\n\n");
    assert_eq!(stored(&app, there).await, ["Why?", "先想想\n\n答案"]);
    assert_eq!(joined(&stream), "先想想\n\n答案");
}

#[tokio::test]
async fn a_piece_leaves_when_it_comes_and_the_message_is_stored_before() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["one", " two"]).gated(&gate));
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let body = json!({"conversation_id": there, "message": "Count."});
    let response = app.post("/api/v1/chat", &body).await;
    assert_eq!(stored(&app, there).await, ["Count."]);
    let mut reader = response.into_reader();
    gate.let_go(1);
    assert_eq!(reader.next().await.unwrap().data, "one");
    // Who comes meanwhile is told to wait, in words: nothing is wrong with the fields.
    let refused = app.post("/api/v1/chat", &body).await;
    failure(refused, StatusCode::UNPROCESSABLE_ENTITY).await;
    gate.open();
    assert_eq!(reader.next().await.unwrap().data, " two");
    assert!(reader.next().await.is_none());
    assert_eq!(stored(&app, there).await, ["Count.", "one two"]);
}

#[tokio::test]
async fn an_answer_is_finished_when_its_reader_has_gone() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["one", " two"]).gated(&gate));
    let app = TestApp::builder().without_demo().model(&model).start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let response = app.post("/api/v1/chat", &json!({"conversation_id": there, "message": "Count."})).await;
    let mut reader = response.into_reader();
    gate.let_go(1);
    reader.next().await.unwrap();
    drop(reader);
    gate.open();
    app.app.shutdown(std::time::Duration::from_secs(20)).await;
    assert_eq!(stored(&app, there).await, ["Count.", "one two"]);
}

#[tokio::test]
async fn what_fails_after_the_first_byte_is_an_event_and_what_there_was_stays() {
    let model = ScriptedModel::start().await;
    model.when("half").reply(ScriptedReply::pieces(["The sky", " is"]).cut());
    model.when("nothing").reply(ScriptedReply::status(401));
    model.always("Here again.");
    let once = ModelTimes { requests: 1, ..ModelTimes::default() };
    let app = TestApp::builder().without_demo().model(&model).model_times(once).start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let stream = said(&app, there, "half").await;
    let (pieces, error) = stream.split_once("event: error\ndata: ").unwrap();
    assert_eq!(pieces, "data: The sky\n\ndata:  is\n\n");
    let error: Value = serde_json::from_str(error.strip_suffix("\n\n").unwrap()).unwrap();
    assert!(error["detail"].as_str().is_some_and(|text| text.contains("语言模型")), "{error}");
    assert_eq!(stored(&app, there).await, ["half", "The sky is"]);
    // A model that fails is reported, and asked the next time all the same.
    assert_eq!(joined(&said(&app, there, "again").await), "Here again.");
    let asked = model.requests().pop().unwrap();
    assert_eq!(asked.texts("user"), ["half", "again"]);
    let other = conversation(&app, ann).await;
    let stream = said(&app, other, "nothing").await;
    assert!(stream.starts_with("event: error\ndata: {\"detail\":"), "{stream}");
    assert_eq!(stored(&app, other).await, ["nothing"]);
    assert_eq!(asked.texts("assistant"), ["The sky is"]);
}

#[tokio::test]
async fn without_a_model_the_engine_answers_from_data_and_says_what_it_is() {
    let app = TestApp::start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let stream = said(&app, there, "一共有多少客户？").await;
    let answer = joined(&stream);
    assert!(answer.chars().any(|character| character.is_ascii_digit()), "{stream}");
    assert!(!stream.contains("event:") && !stream.contains("id:"), "{stream}");
    let words = joined(&said(&app, there, "请写一首关于春天的诗").await);
    assert!(words.starts_with("我是问数的内置引擎，没有接入语言模型"), "{words}");
    let kept = stored(&app, there).await;
    assert_eq!(kept, ["一共有多少客户？", answer.as_str(), "请写一首关于春天的诗", words.as_str()]);
    // The question before counts: it goes on from there.
    let body = json!({"conversation_id": there, "message": "Write me a poem about spring"});
    let request = app.request(http::Method::POST, "/api/v1/chat");
    let request = request.header("content-type", "application/json").header("accept-language", "en");
    let response = app.send(request.body(axum::body::Body::from(body.to_string())).unwrap()).await;
    let stream = String::from_utf8(response.bytes().await.to_vec()).unwrap();
    assert!(joined(&stream).starts_with("I am Wenshu's built-in engine"), "{stream}");
}

#[tokio::test]
async fn without_a_database_the_engine_says_what_it_is() {
    let app = TestApp::builder().without_demo().start().await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let words = joined(&said(&app, there, "一共有多少客户？").await);
    assert!(words.contains("内置引擎"), "{words}");
    assert_eq!(stored(&app, there).await, ["一共有多少客户？", words.as_str()]);
}

#[tokio::test]
async fn over_a_socket_a_client_split_by_hand_reads_the_stored_reply() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["您好", "，\n", " 世界 🌏"]));
    let listener = TestServer::bind().await;
    let bound = listener.local_addr().unwrap();
    let app = TestApp::builder().without_demo().bound(bound).model(&model).start().await;
    let server = TestServer::serve(listener, app.router.clone());
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let body = json!({"conversation_id": there, "message": "hi"}).to_string();
    let request = format!(
        "POST /api/v1/chat HTTP/1.0\r\nHost: {bound}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = server.raw(request.as_bytes()).await;
    let (head, stream) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("200 OK"), "{head}");
    assert_eq!(joined(stream), "您好，\n 世界 🌏");
    assert_eq!(stored(&app, there).await[1], joined(stream));
}

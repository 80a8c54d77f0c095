//! What goes wrong: what is asked again, what is reported, and how.

use std::time::Duration;

use futures::StreamExt;
use serde_json::json;
use tokio::time::Instant;
use wenshu_answer::{ModelErrorKind, ModelSettings, Prompt};
use wenshu_models::ModelTimes;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply, TestServer};

use crate::support::{KEY, ask, client_of, connect, now, question, refused, settings, text, times, usage};

#[tokio::test]
async fn passing_failures_are_asked_again() {
    for status in [408, 425, 429, 500, 502, 503, 504, 529] {
        let server = ScriptedModel::start().await;
        let refusal = ScriptedReply::status(status);
        server.always_in_turn([refusal.clone(), refusal, ScriptedReply::pieces(["ok"]).usage(1, 1)]);
        assert_eq!(
            ask(&*client_of(&server), "hi").await,
            (vec![text("ok"), usage(1, 1)], None, 3),
            "{status}"
        );
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn failures_that_stay_are_reported() {
    for (status, kind) in [
        (429, ModelErrorKind::RateLimited),
        (500, ModelErrorKind::ProviderFailed),
        (529, ModelErrorKind::ProviderFailed),
    ] {
        let server = ScriptedModel::start().await;
        server.always(ScriptedReply::status(status));
        let error = refused(&*client_of(&server), "hi").await;
        assert_eq!((error.kind, error.requests), (kind, 4), "{status}");
        assert!(error.detail.starts_with(&format!("status {status}")), "{error}");
        assert_eq!(server.requests().len(), 4);
    }
}

#[tokio::test]
async fn other_refusals_are_reported_at_once() {
    let too_long = json!({ "error": {
        "message": "This model's maximum context length is 8192 tokens.",
        "type": "invalid_request_error",
        "code": "context_length_exceeded",
    } });
    let too_long_in_words = json!({ "type": "error", "error": {
        "type": "invalid_request_error",
        "message": "prompt is too long: 210000 tokens > 200000 maximum",
    } });
    let unknown_model = json!({ "error": {
        "message": "/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models.",
        "type": "invalid_request_error",
        "code": "400",
    } });
    let quota = json!({ "error": { "message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota" } });
    for (reply, kind, expected) in [
        (ScriptedReply::status(401), ModelErrorKind::Unauthorized, "status 401, invalid_api_key"),
        (ScriptedReply::status(403), ModelErrorKind::Unauthorized, "status 403, permission_error"),
        (ScriptedReply::status(404), ModelErrorKind::UnknownModel, "status 404, model_not_found"),
        (ScriptedReply::status(400), ModelErrorKind::Rejected, "status 400, invalid_request_error"),
        (ScriptedReply::status_with(400, unknown_model), ModelErrorKind::UnknownModel, "status 400"),
        (ScriptedReply::status(422), ModelErrorKind::Rejected, "status 422, invalid_request_error"),
        (
            ScriptedReply::status_with(400, too_long),
            ModelErrorKind::PromptTooLong,
            "status 400, context_length_exceeded",
        ),
        (
            ScriptedReply::status_with(400, too_long_in_words),
            ModelErrorKind::PromptTooLong,
            "status 400, invalid_request_error",
        ),
        (ScriptedReply::status(413), ModelErrorKind::PromptTooLong, "status 413, invalid_request_error"),
        (
            ScriptedReply::status_with(429, quota),
            ModelErrorKind::RateLimited,
            "status 429, insufficient_quota",
        ),
        (ScriptedReply::status_with(400, json!("plain")), ModelErrorKind::Rejected, "status 400"),
        (ScriptedReply::status(204), ModelErrorKind::Rejected, "status 204"),
    ] {
        let server = ScriptedModel::start().await;
        server.always(reply);
        let error = refused(&*client_of(&server), "hi").await;
        assert_eq!((error.kind, error.detail.as_str(), error.requests), (kind, expected, 1));
    }
}

#[tokio::test]
async fn nothing_that_a_provider_writes_is_passed_on() {
    let secret = "SELECT balance FROM salaries";
    let codes = [json!(secret), json!(KEY), json!("Rate Limit"), json!("a".repeat(65)), json!({ "a": 1 })];
    for status in [400, 401, 404, 429, 500] {
        for code in &codes {
            let server = ScriptedModel::start().await;
            let error =
                json!({ "error": { "message": format!("{KEY}: {secret}"), "type": code, "code": code } });
            server.always(ScriptedReply::status_with(status, error));
            let error = refused(&*client_of(&server), secret).await;
            assert_eq!(error.detail, format!("status {status}"), "{code}");
        }
    }
    let settings = settings("http://127.0.0.1:1/v1");
    assert!(!format!("{settings:?}").contains(KEY));
    assert!(!format!("{:?}", wenshu_models::Connector::new(times(), now)).contains(KEY));
}

#[tokio::test]
async fn retry_after_is_kept_to() {
    let server = ScriptedModel::start().await;
    server.when("soon").replies([ScriptedReply::status(429).header("retry-after", "0.05"), "ok".into()]);
    server.when("late").reply(ScriptedReply::status(429).header("retry-after", "21"));
    server.when("dated").reply(
        ScriptedReply::status(503)
            .header("date", "Wed, 21 Oct 2015 07:28:00 GMT")
            .header("retry-after", "Wed, 21 Oct 2015 07:30:00 GMT"),
    );
    server
        .when("by our clock")
        .reply(ScriptedReply::status(503).header("retry-after", "Sat, 21 Nov 2026 10:01:30 GMT"));
    server
        .when("in milliseconds")
        .reply(ScriptedReply::status(429).header("retry-after-ms", "30500").header("retry-after", "1"));
    server.when("past").replies([
        ScriptedReply::status(503)
            .header("date", "Wed, 21 Oct 2015 07:28:00 GMT")
            .header("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT"),
        "ok".into(),
    ]);
    server
        .when("odd")
        .replies([ScriptedReply::status(503).header("retry-after", "-1e400 soon"), "ok".into()]);
    let model = client_of(&server);
    let begun = Instant::now();
    let (_, error, requests) = ask(&*model, "soon").await;
    assert_eq!((error, requests), (None, 2));
    assert!(begun.elapsed() >= Duration::from_millis(50));
    for (question, seconds) in
        [("late", 21.0), ("dated", 120.0), ("by our clock", 90.0), ("in milliseconds", 30.5)]
    {
        let error = refused(&*model, question).await;
        assert_eq!(error.retry_after, Some(Duration::from_secs_f64(seconds)), "{question}");
        assert_eq!(error.requests, 1);
    }
    for question in ["past", "odd"] {
        let (_, error, requests) = ask(&*model, question).await;
        assert_eq!((error, requests), (None, 2), "{question}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_time_limit_is_not_begun() {
    let server = ScriptedModel::start().await;
    server.always(ScriptedReply::status(429).header("retry-after", "5"));
    let times = ModelTimes { first_part: Duration::from_secs(3), ..times() };
    let error = refused(&*connect(&settings(server.url()), times), "hi").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::RateLimited, 1));
}

#[tokio::test]
async fn connections_that_fail() {
    let server = ScriptedModel::start().await;
    server.when("once").replies([ScriptedReply::reset(), ScriptedReply::pieces(["ok"]).without_usage()]);
    server.when("always").reply(ScriptedReply::reset());
    let model = client_of(&server);
    assert_eq!(ask(&*model, "once").await, (vec![text("ok")], None, 2));
    let error = refused(&*model, "always").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Unreachable, 4));

    let address = TestServer::bind().await.local_addr().unwrap();
    let nobody = connect(&settings(format!("http://{address}/v1")), times());
    let error = refused(&*nobody, "hi").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Unreachable, 4));
    assert_eq!(error.detail, "no connection to the provider");
}

#[tokio::test]
async fn a_trial_is_sent_once() {
    let server = ScriptedModel::start().await;
    server.always(ScriptedReply::status(503));
    let model = client_of(&server);
    let trial = Prompt { is_trial: true, ..question("hi") };
    let Err(error) = model.reply(trial).await else { panic!("it was refused") };
    assert_eq!((error.kind, error.requests), (ModelErrorKind::ProviderFailed, 1));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn streams_cut_in_the_middle() {
    let begun = || ScriptedReply::pieces(["half", " a reply"]);
    let server = ScriptedModel::start().await;
    server.when("early end").reply(begun().ending_early());
    server.when("broken off").reply(begun().cut());
    server.when("reset").reply(begun().then_reset());
    let model = client_of(&server);
    for question in ["early end", "broken off", "reset"] {
        let (parts, error, requests) = ask(&*model, question).await;
        assert_eq!(parts, [text("half"), text(" a reply")], "{question}");
        assert_eq!(error.map(|error| error.kind), Some(ModelErrorKind::Cut), "{question}");
        // Once something has been given out, nothing is asked again.
        assert_eq!(requests, 1, "{question}");
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_cut_before_the_first_part_is_asked_again() {
    let server = ScriptedModel::start().await;
    let nothing = || ScriptedReply::pieces::<&str>([]);
    server.always_in_turn([
        nothing().cut(),
        nothing().then_reset(),
        nothing().ending_early(),
        ScriptedReply::pieces(["ok"]).without_usage(),
    ]);
    assert_eq!(ask(&*client_of(&server), "hi").await, (vec![text("ok")], None, 4));
}

#[tokio::test]
async fn garbage() {
    let server = ScriptedModel::start().await;
    server.when("first").reply(ScriptedReply::pieces::<&str>([]).and_data("{\"choices\":["));
    server.when("later").reply(ScriptedReply::pieces(["a"]).and_data("<html>").and_pieces(["b"]));
    server.when("page").reply(ScriptedReply::pieces(["a"]).header("content-type", "text/html"));
    let model = client_of(&server);
    let error = refused(&*model, "first").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Malformed, 1));
    let error = refused(&*model, "page").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Malformed, 1));
    let (parts, error, _) = ask(&*model, "later").await;
    assert_eq!((parts, error.unwrap().kind), (vec![text("a")], ModelErrorKind::Malformed));
}

#[tokio::test]
async fn errors_within_the_stream() {
    let server = ScriptedModel::start().await;
    let error = |code: &str, kind: &str| json!({ "message": format!("{KEY} was here"), "type": kind, "code": code, "param": null });
    let limited = error("rate_limit_exceeded", "requests");
    server.when("limited").reply(ScriptedReply::pieces(["a"]).and_error(&limited));
    server.when("failed").reply(ScriptedReply::pieces(["a"]).and_error(&error("", "server_error")));
    server
        .when("numbered")
        .reply(ScriptedReply::pieces(["a"]).and_error(&json!({ "code": 429, "message": "slow" })));
    server.when("at once").replies([
        ScriptedReply::pieces::<&str>([]).and_error(&limited),
        ScriptedReply::pieces(["ok"]).without_usage(),
    ]);
    let model = client_of(&server);
    for (question, kind, detail) in [
        ("limited", ModelErrorKind::RateLimited, "an error within the stream, rate_limit_exceeded"),
        ("failed", ModelErrorKind::ProviderFailed, "an error within the stream, server_error"),
        ("numbered", ModelErrorKind::RateLimited, "status 429"),
    ] {
        let (parts, error, requests) = ask(&*model, question).await;
        let error = error.unwrap();
        assert_eq!((parts, error.kind, error.detail.as_str(), requests), (vec![text("a")], kind, detail, 1));
    }
    assert_eq!(ask(&*model, "at once").await, (vec![text("ok")], None, 2));
}

#[tokio::test]
async fn time_limits() {
    let server = ScriptedModel::start().await;
    server.when("never").reply(ScriptedReply::never());
    server.when("no piece").reply(ScriptedReply::pieces(["a"]).gated(&Gate::closed()));
    server.when("stuck").reply(ScriptedReply::pieces(["a", "b"]).then_hang());
    let model =
        connect(&settings(server.url()), ModelTimes { first_part: Duration::from_secs(1), ..times() });
    let (never, no_piece) = tokio::join!(refused(&*model, "never"), refused(&*model, "no piece"));
    for error in [never, no_piece] {
        assert_eq!((error.kind, error.requests), (ModelErrorKind::Timeout, 1));
    }
    // On a busy machine a request may not have got there in time; those that did have ended there too.
    let arrived = server.requests().len();
    server.disconnected(arrived).await;
    let model = connect(&settings(server.url()), ModelTimes { total: Duration::from_secs(2), ..times() });
    let mut reply = model.reply(question("stuck")).await.unwrap();
    assert_eq!(reply.parts.next().await.unwrap().unwrap(), text("a"));
    assert_eq!(reply.parts.next().await.unwrap().unwrap(), text("b"));
    assert_eq!(reply.parts.next().await.unwrap().unwrap_err().kind, ModelErrorKind::Timeout);
    server.disconnected(arrived + 1).await;
    assert!(reply.parts.next().await.is_none());
}

#[tokio::test]
async fn the_key_is_taken_nowhere_else() {
    let elsewhere = ScriptedModel::start().await;
    for status in [301, 302, 307, 308] {
        let server = ScriptedModel::start().await;
        let target = format!("{}/chat/completions", elsewhere.url());
        server.always(ScriptedReply::status(status).header("location", &target));
        let error = refused(&*client_of(&server), "hi").await;
        assert_eq!((error.kind, error.requests), (ModelErrorKind::Rejected, 1), "{status}");
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn without_a_key_no_header_is_sent() {
    let server = ScriptedModel::start().await;
    for api_key in [None, Some(String::new().into()), Some("  ".to_owned().into())] {
        let settings = ModelSettings { api_key, ..settings(server.url()) };
        let (_, error, _) = ask(&*connect(&settings, times()), "hi").await;
        assert_eq!(error, None);
        assert_eq!(server.last_request().authorization(), None);
    }
    let settings = ModelSettings { api_key: Some("a\nb".to_owned().into()), ..settings(server.url()) };
    let error = refused(&*connect(&settings, times()), "hi").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Rejected, 1));
    assert!(!error.detail.contains('\n'));
}

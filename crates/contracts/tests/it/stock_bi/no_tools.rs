//! Models that take no tools: they are told so, and answer without.

use std::collections::BTreeSet;

use serde_json::json;
use wenshu_testkit::{McpPeer, ScriptedModel, ScriptedReply, TestApp};

use super::chat::{chat, text, with_model};
use super::support::{register, sign_in};
use super::tools::asked;
use crate::support::names;

#[tokio::test]
async fn a_model_that_takes_no_tools_is_asked_without_them() {
    for message in [
        "registry.ollama.ai/library/gemma:2b does not support tools",
        "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set",
    ] {
        let model = ScriptedModel::start().await;
        let refusal = json!({"error": {"message": message, "type": "api_error"}});
        model
            .when_request(|request| !request.tools().is_empty())
            .reply(ScriptedReply::status_with(400, refusal));
        model.always(ScriptedReply::pieces(["我查不了。"]));
        let app = with_model(&model).await;
        let events = chat(&app, &asked("股票分析", json!(""))).await;
        assert_eq!(names(&events), ["session", "message", "done"], "{events:?}");
        assert_eq!(text(&events), "我查不了。");
        let [offered, asked_again] = &model.requests()[..] else { panic!("two requests") };
        assert!(!offered.tools().is_empty() && asked_again.tools().is_empty());
        assert!(asked_again.system().contains("You have no tools"), "{}", asked_again.system());
        // From now on it is known: stocks are the built-in engine's, which answers from the quotes.
        let body = json!({"user_name": "ann", "task": "股票分析", "content": "贵州茅台最近30天的收盘价"});
        let events = chat(&app, &body).await;
        assert_eq!(names(&events)[..2], ["session", "result"], "{events:?}");
        assert_eq!(model.requests().len(), 2);
        // Who answered is what the conversation says.
        let token = sign_in(&app, "ann").await;
        let request = app.request_as(&token, http::Method::GET, "/api/v1/conversations");
        let list = app.send(request.body(axum::body::Body::empty()).unwrap()).await.json().await;
        let models: BTreeSet<&str> = list["data"]["conversations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|conversation| conversation["model"].as_str().unwrap())
            .collect();
        assert_eq!(models.len(), 2, "{list}");
        assert!(models.contains("builtin"), "{list}");
    }
}

#[tokio::test]
async fn a_model_that_takes_no_tools_is_told_so_in_every_answer() {
    let model = ScriptedModel::start().await;
    let refusal = json!({"error": {"message": "Function calling is not enabled for this model"}});
    model.when_request(|request| !request.tools().is_empty()).reply(ScriptedReply::status_with(400, refusal));
    model.always(ScriptedReply::pieces(["我查不了。"]));
    let app = TestApp::builder().model(&model).mcp(&McpPeer::node().as_process()).start().await;
    register(&app, "ann").await;
    // Of tools of a server the built-in engine knows nothing.
    for requests in [2, 3] {
        let events = chat(&app, &asked("", json!("multiply"))).await;
        assert_eq!(text(&events), "我查不了。", "{events:?}");
        let last = model.last_request();
        assert_eq!((last.tools(), model.requests().len()), (Vec::new(), requests));
        assert!(last.system().starts_with("You have no tools"), "{}", last.system());
    }
}

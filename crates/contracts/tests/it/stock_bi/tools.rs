//! Tools that a model calls: which it may, what is shown of them, and what becomes of an answer whose tools misbehave.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_core::runs::EventId;
use wenshu_testkit::{McpPeer, ModelRequest, ModelTimes, ScriptedModel, ScriptedReply, SseEvent, TestApp};

use super::chat::{back, chat, messages, session, text, with_model};
use super::support::{failure, faulty, register, sign_in};
use crate::support::names;

/// What is said of quotes that were made up.
pub(super) const LABEL: &str = "\n\n（以上为演示行情，是合成数据，不是真实的市场价格。）";

/// What is said of figures of before that may be of those.
const LABEL_EARLIER: &str = "\n\n（上文中的演示行情是合成数据，不是真实的市场价格。）";

pub(super) fn asked(task: &str, tools: Value) -> Value {
    json!({"user_name": "ann", "task": task, "content": "茅台最近怎么样？", "tools": tools})
}

/// What is said of tools: name, arguments and status of each event.
fn calls(events: &[SseEvent]) -> Vec<Value> {
    events.iter().filter(|event| event.event == "tool").map(SseEvent::json).collect()
}

/// What the model was given by its tools, in its last request.
pub(super) fn given(model: &ScriptedModel) -> Vec<String> {
    model.last_request().texts("tool")
}

pub(super) fn is_first(request: &ModelRequest) -> bool {
    request.texts("tool").is_empty()
}

/// An app whose model first replies with this, and then in words.
pub(super) async fn calling(model: &ScriptedModel, reply: ScriptedReply) -> TestApp {
    model.when_request(is_first).reply(reply);
    model.always(ScriptedReply::pieces(["茅台", "很稳。"]));
    with_model(model).await
}

#[tokio::test]
async fn a_model_calls_stock_tools_and_is_given_what_they_say() {
    let model = ScriptedModel::start().await;
    let line = json!({"code": "600519", "start": "2026-03-09", "end": "2026-03-13"});
    let reply = ScriptedReply::pieces(["先查一下。"])
        .and_tool_call("get_stock_code", &json!({"keyword": "茅台"}))
        .and_tool_call("get_day_line", &line);
    let app = calling(&model, reply).await;
    let body = asked("股票分析", json!(""));
    let events = chat(&app, &body).await;
    assert_eq!(
        names(&events),
        [
            "session", "message", "tool", "tool", "tool", "tool", "message", "message", "message", "message",
            "message", "done"
        ],
        "{events:?}"
    );
    assert_eq!(
        calls(&events),
        [
            json!({"name": "get_stock_code", "arguments": {"keyword": "茅台"}, "status": "running"}),
            json!({"name": "get_stock_code", "arguments": {"keyword": "茅台"}, "status": "ok"}),
            json!({"name": "get_day_line", "arguments": line, "status": "running"}),
            json!({"name": "get_day_line", "arguments": line, "status": "ok"}),
        ]
    );
    let said = format!("先查一下。\n\n茅台很稳。{LABEL}");
    assert_eq!(text(&events), said);

    let [first, second] = &model.requests()[..] else { panic!("two requests") };
    let tools = [
        "get_stock_code",
        "get_stock_info",
        "get_stock_rank",
        "get_day_line",
        "get_week_line",
        "get_month_line",
        "list_fav_stock",
    ];
    assert_eq!((first.tools(), second.tools()), (tools.to_vec(), tools.to_vec()));
    assert!(first.system().contains("2026-03-18"), "{}", first.system());
    let [code, days] = &second.texts("tool")[..] else { panic!("two results") };
    assert!(code.contains(r#"{"code":"sh600519","name":"贵州茅台"}"#), "{code}");
    assert!(
        days.contains("2026-03-09") && days.contains("2026-03-13") && !days.contains("2026-03-16"),
        "{days}"
    );

    // It is kept with the message: a reader who comes back to another process is told too.
    let kept = messages(&app, &session(&events)).await;
    assert_eq!(kept[1]["content"], said);
    let other = TestApp::builder().model(&model).beside(&app).start().await;
    let read = back(&other, &body, &events[0].id).await.events().await;
    let statuses: Vec<Value> =
        calls(&read).into_iter().map(|call| json!([call["name"], call["status"]])).collect();
    assert_eq!(statuses, [json!(["get_stock_code", "ok"]), json!(["get_day_line", "ok"])]);
    assert_eq!(text(&read), said);
    // Who has seen a call to its end is told of the later ones; who saw it begin, how it ended.
    for (last, expected) in
        [(2, vec!["get_stock_code", "get_day_line"]), (3, vec!["get_day_line"]), (5, Vec::new())]
    {
        let read = back(&other, &body, &events[last].id).await.events().await;
        let calls = calls(&read);
        assert_eq!(
            calls.iter().map(|call| &call["name"]).collect::<Vec<_>>(),
            expected,
            "after {:?}",
            events[last]
        );
        assert_eq!(text(&read), "\n\n茅台很稳。".to_owned() + LABEL);
    }
    assert_eq!(model.requests().len(), 2);
}

#[tokio::test]
async fn every_stock_tool_answers_from_the_quotes() {
    let model = ScriptedModel::start().await;
    let code = json!({"code": "sh600519", "start": null});
    let reply = ScriptedReply::tool_call("get_stock_info", &code)
        .and_tool_call(
            "get_stock_rank",
            &json!({"sort": "change_percent", "asc": null, "page": 2, "size": 5}),
        )
        .and_tool_call("get_week_line", &code)
        .and_tool_call(
            "get_month_line",
            &json!({"code": "600519.SH", "start": "2026-01-01", "end": "2026-02-28"}),
        )
        .and_tool_call("list_fav_stock", &json!({}))
        .and_tool_call("get_stock_rank", &json!({"page": 0}))
        .and_tool_call("get_day_line", &json!({"code": "sh000000'"}))
        .and_tool_call("get_stock_info", &json!({}));
    let app = calling(&model, reply).await;
    register(&app, "bob").await;
    for (name, stock) in [("ann", "sh600519"), ("bob", "sz000001")] {
        app.post("/v1/stock/add_fav_stock", &json!({"user_name": name, "stock_code": stock})).await;
    }
    let events = chat(&app, &asked("stock", json!(null))).await;
    let statuses: Vec<Value> = calls(&events).iter().map(|call| call["status"].clone()).collect();
    let expected = ["ok", "ok", "ok", "ok", "ok", "error", "error", "error"];
    assert_eq!(statuses, expected.iter().flat_map(|end| ["running", end]).collect::<Vec<_>>());
    let given = given(&model);
    assert!(given[0].contains("贵州茅台") && given[0].contains("highest_of_a_year"), "{}", given[0]);
    let json_of = |text: &str| -> Value { serde_json::from_str(text.split_once('\n').unwrap().1).unwrap() };
    let rank = json_of(&given[1]);
    assert_eq!((&rank["total"], &rank["page"]), (&json!(20), &json!(2)));
    // Held against the same question in SQL.
    let demo = rusqlite::Connection::open(app.folder.path().join("demo.db")).unwrap();
    let asked = |sql: &str| -> Vec<Value> {
        let mut select = demo.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
    };
    let expected = asked(
        "SELECT json_object('code', day.code, 'name', day.name, 'close', day.close, 'change_percent',
                            ROUND((day.close / before.close - 1) * 100, 2), 'volume', day.volume)
         FROM daily_prices day JOIN daily_prices before ON before.code = day.code AND before.trade_date = '2026-03-17'
         WHERE day.trade_date = '2026-03-18' ORDER BY day.close / before.close DESC, day.code LIMIT 5 OFFSET 5",
    );
    assert_eq!(*rank["stocks"].as_array().unwrap(), expected);
    // Three months back is a Thursday: its week is a whole one all the same.
    let weeks = json_of(&given[2]);
    let week = |monday: &str, friday: &str| {
        let price = |column: &str, day: &str| {
            format!("(SELECT {column} FROM daily_prices WHERE code = 'sh600519' AND trade_date = '{day}')")
        };
        let (open, close) = (price("open", monday), price("close", friday));
        asked(&format!(
            "SELECT json_array('{friday}', {open}, MAX(high), MIN(low), {close}, SUM(volume) * 1.0) FROM daily_prices
             WHERE code = 'sh600519' AND trade_date BETWEEN '{monday}' AND '{friday}'"
        ))
    };
    let first_weeks = [week("2025-12-15", "2025-12-19"), week("2025-12-22", "2025-12-26")].concat();
    assert_eq!(weeks["lines"].as_array().unwrap()[..2], first_weeks, "{weeks}");
    assert_eq!((&weeks["start"], &weeks["last_is_whole"]), (&json!("2025-12-15"), &json!(false)));
    let months = json_of(&given[3]);
    assert_eq!(
        (months["lines"].as_array().unwrap().len(), &months["last_is_whole"]),
        (2, &json!(true)),
        "{months}"
    );
    assert_eq!(given[4], r#"["sh600519"]"#);
    assert!(given[5].contains("`page` begins at 1"), "{}", given[5]);
    assert!(given[6].contains("no stock of this code"), "{}", given[6]);
    assert!(given[7].contains("missing field `code`"), "{}", given[7]);
}

#[tokio::test]
async fn data_is_asked_by_a_tool_among_others() {
    let model = ScriptedModel::start().await;
    model
        .when_request(|request| request.tools().contains(&"run_sql"))
        .reply(ScriptedReply::tool_call("run_sql", &json!({"sql": "SELECT COUNT(*) AS n FROM customers"})));
    let question = json!({"question": "一共有多少客户？"});
    let app = calling(&model, ScriptedReply::tool_call("query_data", &question)).await;
    let events = chat(&app, &asked("通用对话", json!(["query_data", "get_stock_code"]))).await;
    let kinds: Vec<&str> = names(&events);
    assert_eq!(kinds[..4], ["session", "tool", "result", "tool"], "{events:?}");
    assert_eq!(calls(&events)[1]["status"], "ok");
    let rows = events[2].json()["data"].clone();
    let [result] = &given(&model)[..] else { panic!("one result") };
    assert!(result.starts_with("SQL: SELECT COUNT(*) AS n FROM customers\nRows: 1\nn\n"), "{result}");
    assert!(result.ends_with(&rows[0]["n"].to_string()), "{result} {rows}");
    assert_eq!(text(&events), "茅台很稳。", "of data that is no quote nothing is said");
    // Without a question it asks nothing.
    let model = ScriptedModel::start().await;
    let app = calling(&model, ScriptedReply::tool_call("query_data", &json!({"sql": "SELECT 1"}))).await;
    let events = chat(&app, &asked("", json!("query_data, get_stock_code"))).await;
    assert_eq!(calls(&events)[1]["status"], "error");
    assert!(given(&model)[0].contains("`question`"), "{:?}", given(&model));
}

#[tokio::test]
async fn tools_that_are_named_are_the_only_ones() {
    let model = ScriptedModel::start().await;
    let reply = ScriptedReply::tool_call("get_stock_info", &json!({"code": "sh600519"}));
    let app = calling(&model, reply).await;
    let events = chat(&app, &asked("股票分析", json!("get_stock_code"))).await;
    assert_eq!(model.last_request().tools(), ["get_stock_code"]);
    assert_eq!(calls(&events)[1]["status"], "error");
    assert_eq!(given(&model), ["There is no tool called get_stock_info."]);
    assert_eq!(text(&events), "茅台很稳。");
    // None for what is talked about.
    chat(&app, &asked("通用对话", json!(""))).await;
    assert_eq!(model.last_request().tools(), [""; 0]);
    let response = app.post("/v1/chat/", &asked("", json!("get_stock_code,nothing"))).await;
    assert_eq!(faulty(response).await, ["tools"]);
}

#[tokio::test]
async fn a_model_that_calls_without_end_is_stopped() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::tool_call("list_fav_stock", &json!({})));
    let app = with_model(&model).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(events.last().unwrap().event, "error");
    assert_eq!(events.last().unwrap().json()["code"], 502);
    assert_eq!(calls(&events).len(), 2 * 8, "eight calls, each said twice");
    // Then it is told that it may call no more, twice.
    assert_eq!(model.requests().len(), 10);
    assert!(given(&model).last().unwrap().contains("No more tools"), "{:?}", given(&model));
    // One that takes the hint has answered.
    let model = ScriptedModel::start().await;
    model
        .when_request(|request| request.texts("tool").iter().any(|text| text.contains("No more tools")))
        .reply("够了");
    model.always(ScriptedReply::tool_call("list_fav_stock", &json!({})));
    let app = with_model(&model).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!((text(&events).as_str(), events.last().unwrap().event.as_str()), ("够了", "done"));
}

#[tokio::test]
async fn an_answer_makes_so_many_calls_and_no_more() {
    let many = |calls: usize| {
        (0..calls).fold(ScriptedReply::pieces::<&str>([]), |reply, _| {
            reply.and_tool_call("list_fav_stock", &json!({}))
        })
    };
    // Twenty, and of the next ten those that are left.
    let model = ScriptedModel::start().await;
    model.when_request(|request| request.texts("tool").len() < 20).reply(many(20));
    model.when_request(|request| request.texts("tool").len() < 30).reply(many(10));
    model.always(ScriptedReply::pieces(["好。"]));
    let app = with_model(&model).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(calls(&events).len(), 2 * 24, "each said twice");
    assert!(calls(&events).iter().all(|call| call["status"] != "error"));
    let given = given(&model);
    let refused: Vec<bool> = given.iter().map(|given| given.starts_with("No more tools")).collect();
    assert_eq!(refused, [vec![false; 24], vec![true; 6]].concat(), "{given:?}");
    assert_eq!((text(&events).as_str(), events.last().unwrap().event.as_str()), ("好。", "done"));
    // A reply that is nothing but calls isn't answered one by one.
    let model = ScriptedModel::start().await;
    model.always(many(101));
    let app = with_model(&model).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(names(&events), ["session", "error"], "{events:?}");
    assert_eq!((&events[1].json()["code"], model.requests().len()), (&json!(502), 1));
}

#[tokio::test]
async fn each_providers_form_of_calls_is_spoken_through_the_whole_loop() {
    for (provider, name) in [
        ("openai_compatible", "gpt-test"),
        ("openai", "gpt-test"),
        ("anthropic", "claude-test"),
        ("ollama", "qwen-test"),
        ("gemini", "gemini-2.5-flash"),
        ("gemini", "gemini-3-pro-preview"),
    ] {
        let model = ScriptedModel::start().await;
        let first = ScriptedReply::pieces::<&str>([])
            .and_thinking(["想一下"])
            .and_pieces(["先查", "代码。"])
            .and_tool_call("get_stock_code", &json!({"keyword": "茅台"}))
            .and_tool_call("list_fav_stock", &json!({}));
        let second =
            ScriptedReply::tool_call("get_day_line", &json!({"code": "sh600519", "start": "2026-03-16"}));
        model.when_request(|request| request.texts("tool").is_empty()).reply(first);
        model.when_request(|request| request.texts("tool").len() == 2).reply(second);
        model.always(ScriptedReply::pieces(["茅台", "很稳。"]).usage(30, 3));
        let once = ModelTimes { requests: 1, ..ModelTimes::default() };
        let app = TestApp::builder().model_of(provider, name, &model).model_times(once).start().await;
        register(&app, "ann").await;
        let events = chat(&app, &asked("股票分析", json!(""))).await;
        let statuses: Vec<Value> =
            calls(&events).into_iter().map(|call| json!([call["name"], call["status"]])).collect();
        let call = |name: &str| [json!([name, "running"]), json!([name, "ok"])];
        let expected = [call("get_stock_code"), call("list_fav_stock"), call("get_day_line")].concat();
        assert_eq!(statuses, expected, "{provider} {name}: {events:?}");
        assert_eq!(text(&events), format!("先查代码。\n\n茅台很稳。{LABEL}"), "{provider} {name}");
        let requests = model.requests();
        assert_eq!(requests.len(), 3, "{provider} {name}");
        assert!(requests.iter().all(|request| request.model() == name && request.tools().len() == 7));
        let [code, favourites, line] = &requests[2].texts("tool")[..] else { panic!("{:?}", requests[2]) };
        assert!(code.contains("sh600519") && favourites == "[]" && line.contains("2026-03-18"), "{provider}");
        assert_eq!(requests[2].question(), "茅台最近怎么样？", "{provider} {name}");
    }
}

#[tokio::test]
async fn what_was_said_of_made_up_quotes_is_labelled_when_it_is_said_again() {
    let model = ScriptedModel::start().await;
    // Figures of before, thanks, and figures that a tool has to do with.
    model.when("刚才").reply("就是 1660.51。");
    model.when("谢谢").reply("不客气。");
    model
        .when_request(|request| request.question().contains("关注") && is_first(request))
        .reply(ScriptedReply::tool_call("list_fav_stock", &json!({})));
    model.when("关注").reply("关注了 0 只。");
    let app = calling(&model, ScriptedReply::tool_call("get_stock_info", &json!({"code": "600519"}))).await;
    let ask = async |task: &str, content: &str, session: Option<&str>| {
        chat(&app, &json!({"user_name": "ann", "task": task, "content": content, "session_id": session}))
            .await
    };
    let first = ask("股票分析", "茅台最近怎么样？", None).await;
    assert_eq!(text(&first), format!("茅台很稳。{LABEL}"));
    let id = session(&first);
    let again = format!("就是 1660.51。{LABEL_EARLIER}");
    for (task, content, expected) in [
        ("股票分析", "刚才多少钱？", again.as_str()),
        // With no tools at all too.
        ("通用对话", "刚才多少钱？", again.as_str()),
        ("股票分析", "谢谢", "不客气。"),
        ("通用对话", "谢谢", "不客气。"),
        ("股票分析", "我关注了什么？", "关注了 0 只。"),
    ] {
        assert_eq!(text(&ask(task, content, Some(&id)).await), expected, "{task} {content}");
    }
    // Where no quotes were read there is nothing to be said of them.
    assert_eq!(text(&ask("通用对话", "刚才多少钱？", None).await), "就是 1660.51。");
}

#[tokio::test]
async fn an_answer_that_fails_after_its_calls_is_labelled_too_and_keeps_them() {
    let model = ScriptedModel::start().await;
    let reply =
        ScriptedReply::pieces(["我查一下。"]).and_tool_call("get_stock_info", &json!({"code": "600519"}));
    model.when_request(is_first).reply(reply);
    // A last reply without a word is none, whatever was said before.
    model.always(ScriptedReply::pieces::<&str>([]));
    let app = with_model(&model).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(events.last().unwrap().json()["code"], 502, "{events:?}");
    assert_eq!(text(&events), format!("我查一下。{LABEL}"));
    assert_eq!(messages(&app, &session(&events)).await[1]["content"], format!("我查一下。{LABEL}"));
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_call_ends_it() {
    let model = ScriptedModel::start().await;
    model.when_request(is_first).reply(ScriptedReply::tool_call("hang", &json!({})));
    model.always("not said");
    let app = TestApp::builder().model(&model).mcp(&McpPeer::python().as_process()).start().await;
    register(&app, "ann").await;
    let mut reader = app.post("/v1/chat/", &asked("", json!("hang"))).await.into_reader();
    let begun = reader.next_named("tool").await;
    assert_eq!(begun.json()["status"], "running");
    let run = begun.id.parse::<EventId>().unwrap().run;
    let token = sign_in(&app, "ann").await;
    let actor = app.app.accounts.authenticate(&token).await.unwrap();
    let conversation = app.store.find_run(actor.id(), run).await.unwrap().unwrap().conversation;
    assert!(app.app.runs.stop(&actor, conversation).await.unwrap());
    assert_eq!(reader.next_named("tool").await.json()["status"], "error");
    assert_eq!(reader.next_named("error").await.json()["code"], 409);
    assert_eq!(model.requests().len(), 1);
}

#[tokio::test]
async fn calls_that_cannot_be_carried_out_are_told_to_the_model() {
    let model = ScriptedModel::start().await;
    let reply = ScriptedReply::tool_call("nothing", &json!({}))
        .and_raw_tool_call("get_stock_code", "{\"keyword\": \"茅")
        .and_tool_call("get_stock_code", &json!({"keyword": 7}));
    let app = calling(&model, reply).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    let statuses: Vec<Value> = calls(&events).iter().map(|call| call["status"].clone()).collect();
    assert_eq!(statuses, ["running", "error", "running", "error", "running", "error"]);
    assert_eq!(text(&events), "茅台很稳。");
    let given = given(&model);
    // What is no object is shown as an empty one.
    let shown: BTreeSet<String> = calls(&events).iter().map(|call| call["arguments"].to_string()).collect();
    assert_eq!(shown, BTreeSet::from(["{}".to_owned(), r#"{"keyword":7}"#.to_owned()]));
    for expected in [
        "There is no tool called nothing.",
        "The arguments must be one JSON object.",
        "The arguments don't fit",
    ] {
        assert!(given.iter().any(|given| given.starts_with(expected)), "{expected} {given:?}");
    }
    // What the limit on a reply's length may have cut is not carried out.
    let model = ScriptedModel::start().await;
    let cut = ScriptedReply::tool_call("list_fav_stock", &json!({})).finish_reason("length");
    let app = calling(&model, cut).await;
    let events = chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(names(&events), ["session", "error"], "{events:?}");
}

#[tokio::test]
async fn without_a_model_stock_tools_are_the_built_in_engine() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    let body = json!({
        "user_name": "ann", "task": "通用对话", "content": "贵州茅台最近30天的收盘价", "tools": "get_day_line",
    });
    let events = chat(&app, &body).await;
    assert_eq!(names(&events)[..2], ["session", "result"], "{events:?}");
    assert!(text(&events).ends_with(LABEL));
}

#[tokio::test]
async fn tools_of_a_server_are_offered_and_take_the_place_of_ours() {
    let model = ScriptedModel::start().await;
    let reply = ScriptedReply::tool_call("multiply", &json!({"one": 6, "other": 7}))
        .and_tool_call("get_stock_code", &json!({"keyword": "茅台"}))
        .and_tool_call("crash", &json!({}))
        .and_tool_call("multiply", &json!({"one": 2, "other": 2}));
    model.when_request(is_first).reply(reply);
    model.always(ScriptedReply::pieces(["好。"]));
    let app = TestApp::builder().model(&model).mcp(&McpPeer::node().as_process()).start().await;
    register(&app, "ann").await;
    let events = chat(&app, &asked("", json!("multiply, get_stock_code, crash"))).await;
    let statuses: Vec<Value> =
        calls(&events).into_iter().map(|call| json!([call["name"], call["status"]])).collect();
    let call = |name: &str, end: &str| [json!([name, "running"]), json!([name, end])];
    let expected = [
        call("multiply", "ok"),
        call("get_stock_code", "ok"),
        call("crash", "error"),
        call("multiply", "ok"),
    ];
    assert_eq!(statuses, expected.concat());
    let given = given(&model);
    assert_eq!(given[0], "6 × 7 = 42");
    assert_eq!(given[1], "茅台 is sh999999 here");
    assert!(given[2].contains("failed in the middle"), "{}", given[2]);
    assert_eq!(given[3], "2 × 2 = 4", "it was started anew");
    assert_eq!(text(&events), "好。", "of quotes of a server nothing is said");
    // None that isn't named, and the names of all of them where one doesn't exist.
    chat(&app, &asked("股票分析", json!(""))).await;
    assert!(!model.last_request().tools().contains(&"multiply"));
    assert_eq!(model.last_request().tools().len(), 7);
    let response = app.post("/v1/chat/", &asked("", json!("nothing"))).await;
    let message = failure(response, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(message.contains("multiply") && message.contains("query_data"), "{message}");
}

#[tokio::test]
async fn where_a_server_is_to_have_the_quotes_none_of_ours_stands_in_for_it() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["好。"]));
    let with_quotes_of_a_server = || {
        TestApp::builder().model(&model).core(|settings| settings.quotes_server = Some("server".to_owned()))
    };
    // It isn't there, or hasn't opened yet.
    let app = with_quotes_of_a_server().start().await;
    register(&app, "ann").await;
    for (task, tools) in [("股票分析", ""), ("", "get_day_line")] {
        let response = app.post("/v1/chat/", &asked(task, json!(tools))).await;
        let message = failure(response, StatusCode::SERVICE_UNAVAILABLE).await;
        assert!(message.contains("行情"), "{message}");
    }
    assert_eq!(names(&chat(&app, &asked("", json!("list_fav_stock"))).await), ["session", "message", "done"]);
    let app = with_quotes_of_a_server().mcp(&McpPeer::node().as_process()).start().await;
    register(&app, "ann").await;
    chat(&app, &asked("股票分析", json!(""))).await;
    let request = model.last_request();
    let offered: BTreeSet<&str> = request.tools().into_iter().collect();
    assert_eq!(offered, BTreeSet::from(["get_stock_code", "list_fav_stock"]), "it has one of them");
    let response = app.post("/v1/chat/", &asked("", json!("get_day_line"))).await;
    assert_eq!(faulty(response).await, ["tools"], "which it doesn't have");
}

#[tokio::test]
async fn quotes_of_a_server_are_no_other_servers() {
    let model = ScriptedModel::start().await;
    let call = ScriptedReply::tool_call("get_stock_code", &json!({"keyword": "茅台"}));
    model.when_request(is_first).reply(call);
    model.always(ScriptedReply::pieces(["好。"]));
    // The first by its name has a tool of that name too.
    let mut other = McpPeer::node().as_process();
    other["env"]["PEER_PLACE"] = json!("elsewhere");
    let with_quotes_of = async |quotes: &Value| {
        let app = TestApp::builder()
            .model(&model)
            .mcp_servers(&[("a", &other), ("b", quotes)], Some("b"))
            .core(|settings| settings.quotes_server = Some("b".to_owned()))
            .start()
            .await;
        register(&app, "ann").await;
        app
    };
    let app = with_quotes_of(&McpPeer::node().as_process()).await;
    chat(&app, &asked("股票分析", json!(""))).await;
    assert_eq!(given(&model), ["茅台 is sh999999 here"]);
    // Nor does it stand in for one that is away.
    let app = with_quotes_of(&json!({"command": "/nowhere/at/all"})).await;
    for (task, tools) in [("股票分析", ""), ("", "get_stock_code")] {
        let response = app.post("/v1/chat/", &asked(task, json!(tools))).await;
        failure(response, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    let events = chat(&app, &asked("", json!("multiply"))).await;
    assert_eq!(text(&events), "好。", "what else it has it offers: {events:?}");
}

#[tokio::test]
async fn without_a_model_tools_that_read_no_prices_are_leave_to_read_none() {
    let app = TestApp::builder().mcp(&McpPeer::node().as_process()).start().await;
    register(&app, "ann").await;
    // The last is the server's.
    for tools in ["list_fav_stock", "list_fav_stock,get_stock_code", "multiply"] {
        let body = json!({
            "user_name": "ann", "task": "股票分析", "content": "贵州茅台最近30天的收盘价", "tools": tools,
        });
        let events = chat(&app, &body).await;
        assert!(!names(&events).contains(&"result"), "{tools}: {events:?}");
        assert!(text(&events).starts_with("这些工具需要由语言模型来调用"), "{tools}: {events:?}");
    }
}

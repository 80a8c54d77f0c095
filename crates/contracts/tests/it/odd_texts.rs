//! Odd values in one field at a time of requests that would be answered well, for the contracts that may be open: they reach whatever
//! stands behind the field. Never a 5xx, not even as an event; what is refused is refused in the contract's words; and everything can
//! be read afterwards.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::{Map, Value, json};
use wenshu_contracts::http::route::Route;
use wenshu_testkit::{ServerDatabase, SseEvent, TestApp, TestAppBuilder, TestResponse, encode};

use crate::stock_bi::access::House;
use crate::{chat_app, stock_bi};

/// Texts that no client should send.
fn odd_texts() -> Vec<String> {
    let texts = [
        "",
        " ",
        "\t\n",
        "\0",
        "a\0b",
        "a\u{1}b",
        "a/b",
        "../../etc/passwd",
        "😀",
        "\u{202e}gpj",
        "\u{feff}a",
        "a\u{2028}b",
        "'; DROP TABLE accounts; --",
        "\" OR \"\"=\"",
        "%00",
        "%' ESCAPE '",
        "\\",
        "=1+1",
        "{{7*7}}",
        "-1",
        "1e400",
        "9223372036854775808",
        "null",
        "[]",
        "[1]",
        "{}",
        "true",
        "0190f5a0-0000-7000-8000-000000000001",
    ];
    texts.map(str::to_owned).into_iter().chain(["x".repeat(300), "字".repeat(100_001)]).collect()
}

/// The same, and what is no text.
fn odd_values() -> Vec<Value> {
    let others =
        json!([null, true, -1, 1.5, 1e308, i64::MAX, u64::MAX, [], [[]], [null], {}, {"a": {"b": []}}]);
    let others = others.as_array().unwrap().clone();
    odd_texts().into_iter().map(Value::from).chain(others).collect()
}

/// Values of a query string that are no texts.
const NO_TEXTS: [&str; 5] = ["%FF", "%ED%A0%80", "%C0%80", "%zz", "%"];

/// Where in a body a value stands, by their pointers; the body itself isn't among them.
fn places(body: &Value) -> Vec<String> {
    fn within(value: &Value, pointer: &str, places: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
            }
            _ => Vec::new(),
        };
        for (name, value) in inner {
            let pointer = format!("{pointer}/{name}");
            within(value, &pointer, places);
            places.push(pointer);
        }
    }
    let mut found = Vec::new();
    within(body, "", &mut found);
    found
}

/// The body with one value replaced.
fn with(body: &Value, place: &str, value: &Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(place).unwrap() = value.clone();
    body
}

/// Names and texts as in a query string; one of them may be written as it is.
fn pairs(fields: &Map<String, Value>, as_it_is: Option<(&str, &str)>) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match as_it_is.filter(|(odd, _)| odd == name) {
            Some((_, raw)) => format!("{name}={raw}"),
            None => format!("{name}={}", encode(&text)),
        }
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn post(app: &TestApp, address: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    app.request(Method::POST, address).header(CONTENT_TYPE, kind).body(body.into()).unwrap()
}

/// What is wrong with an answer, whatever it answers to; `is_failure` knows the contract's words.
async fn fault(response: TestResponse, is_failure: fn(StatusCode, &Value) -> bool) -> Option<String> {
    let status = response.status();
    if status.is_server_error() {
        return Some(status.to_string());
    }
    if response.header("content-type") == "text/event-stream" {
        let events = response.events().await;
        return events.iter().find(|event| says_fault_of_ours(event)).map(|event| event.data.clone());
    }
    let body = response.bytes().await;
    if status.is_success() {
        return None;
    }
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    (!is_failure(status, &answer)).then(|| format!("{status} {}", String::from_utf8_lossy(&body)))
}

/// Whether an event says that the server is at fault.
fn says_fault_of_ours(event: &SseEvent) -> bool {
    if event.event != "error" {
        return false;
    }
    let data = event.json();
    match data["code"].as_u64() {
        Some(code) => code >= 500,
        // Chat-app says no status: it is known by its words.
        None => data["detail"].as_str().is_none_or(|text| text.contains("服务器内部错误")),
    }
}

/// How often something was asked, and what went wrong.
#[derive(Default)]
struct Asked {
    requests: usize,
    wrong: Vec<String>,
}

impl Asked {
    /// Makes of a request to make somebody one for somebody new, but where the odd value is what says who.
    fn be_somebody_new(&self, body: &mut Value, place: &str) {
        for (field, domain) in [("user_name", ""), ("username", ""), ("email", "@example.com")] {
            if place != format!("/{field}") && body.get(field).is_some() {
                body[field] = json!(format!("new-{}{domain}", self.requests));
            }
        }
    }

    async fn ask(
        &mut self,
        app: &TestApp,
        request: Request<Body>,
        what: impl FnOnce() -> String,
        is_failure: fn(StatusCode, &Value) -> bool,
    ) {
        self.requests += 1;
        if let Some(fault) = fault(app.send(request).await, is_failure).await {
            let what: String = what().chars().take(300).collect();
            self.wrong.push(format!("{what}: {fault}"));
        }
    }

    fn finish(self, least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} of {}:\n{}",
            self.wrong.len(),
            self.requests,
            self.wrong.join("\n")
        );
        // Fewer mean that the table or this test has lost some.
        assert!(self.requests >= least, "only {} requests", self.requests);
    }
}

/// Requests of a route that are answered well, each with all of its fields.
fn examples_of_stock_bi(route: &Route, house: &House) -> Vec<Value> {
    let mut example = stock_bi::access::example(route, "owner", &house.things);
    match route.path {
        "/v1/chat/" => {
            let mut said = |task: &str, content: &str, tools: Value| {
                example["task"] = json!(task);
                example["content"] = json!(content);
                example["tools"] = tools;
                example.clone()
            };
            vec![
                said("通用对话", "你好", json!([])),
                said("数据BI", "一共有多少客户？", json!(["query_data"])),
                said("股票分析", "贵州茅台最近30天的收盘价", json!("get_day_line")),
            ]
        }
        "/v1/data/create" => vec![
            example,
            json!({"user_name": "owner", "name": "kept", "description": "", "sql": "SELECT 1 AS a", "connection": null}),
        ],
        "/v1/users/register" => {
            example["user_role"] = json!("analyst");
            vec![example]
        }
        "/v1/users/reset-info" => {
            example["user_role"] = json!("analyst");
            vec![example]
        }
        "/v1/users/list" => vec![json!({"offset": 0, "limit": 1})],
        "/v1/chat/init" => Vec::new(),
        _ => vec![example],
    }
}

/// A file with what is said of it, as a form.
fn form(file_name: &str, content: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, text) in fields {
        form.extend_from_slice(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").as_bytes(),
        );
    }
    let file_name = file_name.replace('"', "%22").replace(['\r', '\n'], " ");
    let head =
        format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n");
    form.extend_from_slice(head.as_bytes());
    form.extend_from_slice(content);
    form.extend_from_slice(b"\r\n--edge--\r\n");
    form
}

const FORM: &str = "multipart/form-data; boundary=edge";

async fn odd_uploads(app: &TestApp, asked: &mut Asked) {
    let content = b"a,b\n1,2\n".as_slice();
    for odd in odd_texts() {
        // So many of some thousand characters are a form that is too large, which isn't what is asked for here.
        let odd: String = odd.chars().take(5_000).collect();
        let address = format!("/v1/data/upload?user_name=owner&name={}", encode(&odd));
        let table = format!("{odd},{odd}\n{odd},1\n");
        let plain = "/v1/data/upload?user_name=owner";
        for (address, body) in [
            (address.as_str(), form("x.csv", content, &[])),
            (plain, form(&odd, content, &[])),
            (plain, form("x.csv", content, &[("name", &odd)])),
            (plain, form("x.csv", content, &[("user_name", &odd)])),
            (plain, form("x.csv", content, &[(&odd.replace(['"', '\r', '\n'], ""), "owner")])),
            (plain, form("x.csv", table.as_bytes(), &[])),
            (plain, form("x.csv", odd.as_bytes(), &[])),
            (plain, odd.clone().into_bytes()),
        ] {
            let what = || format!("{address} {}", String::from_utf8_lossy(&body).escape_debug());
            let request = post(app, address, FORM, body.clone());
            asked.ask(app, request, what, is_failure_of_stock_bi).await;
        }
    }
}

fn is_failure_of_stock_bi(status: StatusCode, answer: &Value) -> bool {
    answer["code"] == status.as_u16()
        && answer["data"] == json!([])
        && answer["message"].as_str().is_some_and(|text| !text.is_empty())
}

async fn odd_values_in_stock_bi(builder: TestAppBuilder) {
    let house = House::build_from(builder, true).await;
    let app = &house.app;
    let mut asked = Asked::default();
    odd_uploads(app, &mut asked).await;
    let (deleting, others): (Vec<&Route>, Vec<&Route>) = wenshu_contracts::stock_bi::ROUTES
        .iter()
        .filter(|route| route.path != "/v1/data/upload")
        .partition(|route| route.path.ends_with("/delete"));
    odd_values_in_routes(&house, &others, &mut asked).await;
    // Odd texts were taken in some places: what is listed with them can be read.
    for path in
        ["/v1/users/list", "/v1/chat/list", "/v1/data/list", "/v1/stock/list_fav_stock", "/v1/users/info"]
    {
        let list = stock_bi::support::data(app.post(path, &json!({"user_name": "owner"})).await).await;
        assert!(list != json!([]), "{path}");
    }
    odd_values_in_routes(&house, &deleting, &mut asked).await;
    // And what was there is there: its fields were what was wrong.
    let session = stock_bi::access::example(route_of("/v1/chat/get"), "owner", &house.things);
    let messages = stock_bi::support::data(app.post("/v1/chat/get", &session).await).await;
    assert!(messages.as_array().unwrap().len() > 2, "{messages}");
    let dataset = stock_bi::access::example(route_of("/v1/data/download"), "owner", &house.things);
    assert_eq!(app.post("/v1/data/download", &dataset).await.status(), StatusCode::OK);
    asked.finish(3_500);
}

async fn odd_values_in_routes(house: &House, routes: &[&Route], asked: &mut Asked) {
    let app = &house.app;
    for route in routes {
        for example in examples_of_stock_bi(route, house) {
            for place in places(&example) {
                for odd in odd_values() {
                    let mut body = with(&example, &place, &odd);
                    if route.path == "/v1/users/register" {
                        asked.be_somebody_new(&mut body, &place);
                    }
                    let what = || format!("{} {body}", route.path);
                    let request = post(app, route.path, "application/json", body.to_string());
                    asked.ask(app, request, what, is_failure_of_stock_bi).await;
                }
            }
            if route.operation.request.body.is_some() {
                continue;
            }
            let fields = example.as_object().unwrap();
            for name in fields.keys() {
                let mut queries: Vec<String> =
                    NO_TEXTS.iter().map(|raw| pairs(fields, Some((name, raw)))).collect();
                // As an address it would be longer than any is taken.
                for odd in odd_texts().into_iter().filter(|odd| odd.len() < 1_000) {
                    let body = with(&example, &format!("/{name}"), &json!(odd));
                    queries.push(pairs(body.as_object().unwrap(), None));
                }
                for query in queries {
                    let address = format!("{}?{query}", route.path);
                    let form = "application/x-www-form-urlencoded";
                    for request in [
                        post(app, &address, "application/json", "{}"),
                        post(app, route.path, form, query.clone()),
                    ] {
                        asked.ask(app, request, || address.clone(), is_failure_of_stock_bi).await;
                    }
                }
            }
        }
    }
}

fn route_of(path: &str) -> &'static Route {
    wenshu_contracts::stock_bi::ROUTES.iter().find(|route| route.path == path).unwrap()
}

/// Chat-app's words; for a path that isn't its own any more, those of whose it is.
fn is_failure_of_chat_app(status: StatusCode, answer: &Value) -> bool {
    let is_plain = match &answer["detail"] {
        Value::String(text) => !text.is_empty(),
        Value::Array(faults) => status == StatusCode::UNPROCESSABLE_ENTITY && !faults.is_empty(),
        _ => false,
    };
    is_plain || answer["success"] == false && answer["error"]["code"].is_string()
}

async fn odd_values_in_chat_app(builder: TestAppBuilder) {
    let app = builder.start().await;
    let owner = app.sign_up("owner").await;
    let things = chat_app::access::Things::of(&app, &owner, "owner").await;
    let mut asked = Asked::default();
    for route in wenshu_contracts::chat_app::ROUTES.iter() {
        let (path, body) = chat_app::access::example(route, &things);
        let body = match (route.path, body) {
            ("/api/v1/users/", _) => Some(json!({"username": "new", "email": "new@example.com"})),
            ("/api/v1/conversations/", Some(mut body)) => {
                body["name"] = json!("said");
                Some(body)
            }
            (_, body) => body,
        };
        for (example, place) in
            body.iter().flat_map(|body| places(body).into_iter().map(move |place| (body, place)))
        {
            for odd in odd_values() {
                let mut body = with(example, &place, &odd);
                asked.be_somebody_new(&mut body, &place);
                let mut request = post(&app, &path, "application/json", body.to_string());
                if let Some(header) = odd.as_str().and_then(|odd| HeaderValue::from_str(odd).ok()) {
                    request.headers_mut().insert("last-event-id", header);
                }
                let what = || format!("{} {body}", route.path);
                asked.ask(&app, request, what, is_failure_of_chat_app).await;
            }
        }
        let texts: Vec<String> = odd_texts()
            .iter()
            .filter(|odd| odd.len() < 1_000)
            .map(|odd| encode(odd).replace('+', "%20"))
            .collect();
        let raw = NO_TEXTS.map(str::to_owned);
        for odd in texts.iter().chain(&raw) {
            let mut addresses = Vec::new();
            if let Some((before, rest)) = route.path.split_once('{') {
                let (_, after) = rest.split_once('}').unwrap();
                addresses.push(format!("{before}{odd}{after}"));
            }
            addresses.push(format!("{path}?skip={odd}&limit=1"));
            addresses.push(format!("{path}?skip=0&limit={odd}"));
            addresses.push(format!("{path}?{odd}"));
            for address in addresses {
                let body = body.as_ref().map(Value::to_string).unwrap_or_default();
                let request = app.request(route.method.clone(), &address);
                let request =
                    request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
                let what = || format!("{} {address}", route.method);
                asked.ask(&app, request, what, is_failure_of_chat_app).await;
            }
        }
    }
    let path = format!("/api/v1/users/{}/conversations?limit=100", owner.id);
    let conversations = chat_app::support::fine(app.get(&path).await).await;
    assert!(conversations.as_array().unwrap().len() > 2, "{conversations}");
    let (path, _) = chat_app::access::example(chat_route("/api/v1/conversations/{conversation_id}"), &things);
    let conversation = chat_app::support::fine(app.get(&path).await).await;
    assert!(conversation["messages"].as_array().unwrap().len() > 2, "{conversation}");
    asked.finish(700);
}

fn chat_route(path: &str) -> &'static Route {
    wenshu_contracts::chat_app::ROUTES.iter().find(|route| route.path == path).unwrap()
}

#[tokio::test]
async fn in_stock_bi_on_sqlite() {
    odd_values_in_stock_bi(TestApp::builder()).await;
}

#[tokio::test]
async fn in_stock_bi_on_postgres() {
    let database = ServerDatabase::postgres().await;
    odd_values_in_stock_bi(TestApp::builder().store_in(&database)).await;
}

#[tokio::test]
async fn in_chat_app_on_sqlite() {
    odd_values_in_chat_app(TestApp::builder()).await;
}

#[tokio::test]
async fn in_chat_app_on_postgres() {
    let database = ServerDatabase::postgres().await;
    odd_values_in_chat_app(TestApp::builder().store_in(&database)).await;
}

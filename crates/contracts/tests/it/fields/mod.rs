//! Bad input for every field of every operation, made from the contracts' own documents: 422 with the field's name.
//!
//! Each request is one that is answered well, with one field broken. What an answer looks like is each contract's own.

pub(crate) mod cases;
mod document;
mod values;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::Contract;
use wenshu_contracts::http::route::Route;
use wenshu_testkit::{TestApp, WeChatServer};

use self::cases::{Broken, Sample, SampleBody, broken_requests};
use self::document::Document;
use crate::{access, aideer, chat_app, stock_bi, wenshu};

/// How a contract speaks of fields that break rules.
struct Dialect {
    /// The names of the fields in an answer; none when it isn't such an answer.
    names_of: fn(&Value) -> Option<Vec<String>>,
    /// What the contract calls the field that is broken.
    name_of: fn(&Broken) -> String,
}

/// What was covered of a contract, so that covering nothing can't pass.
struct Covered {
    document: Document,
    dialect: Dialect,
    operations: usize,
    fields: Vec<String>,
    requests: usize,
    wrong: Vec<String>,
}

impl Covered {
    /// Nothing so far.
    fn of(contract: Contract, dialect: Dialect) -> Self {
        let document = Document::of(contract);
        Self { document, dialect, operations: 0, fields: Vec::new(), requests: 0, wrong: Vec::new() }
    }

    /// Sends every broken request of a route, then the good one.
    async fn check(&mut self, app: &TestApp, route: &Route, sample: &Sample, token: &str) {
        let broken = broken_requests(&self.document, route, sample);
        self.operations += usize::from(!broken.is_empty());
        for one in &broken {
            let name = (self.dialect.name_of)(one);
            let field = format!("{} {} {name}", route.method, route.path);
            if !self.fields.contains(&field) {
                self.fields.push(field);
            }
            self.requests += 1;
            let response = app.send(request(app, route, &one.sample, token)).await;
            let status = response.status();
            let body = response.bytes().await;
            let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
            let names =
                (self.dialect.names_of)(&answer).filter(|_| status == StatusCode::UNPROCESSABLE_ENTITY);
            if !names.is_some_and(|names| names.contains(&name)) {
                let shown: String = answer.to_string().chars().take(300).collect();
                self.wrong.push(format!("{} {} {}: {status} {shown}", route.method, route.path, one.what));
            }
        }
        let response = app.send(request(app, route, sample, token)).await;
        let status = response.status();
        let body = response.bytes().await;
        let is_fine = status.is_success() || status.is_redirection();
        if !is_fine {
            self.wrong.push(format!("{route:?} when nothing is broken: {status} {body:?}"));
        }
    }

    fn finish(self, operations: usize, fields: usize, requests: usize) {
        let shown = self.wrong.join("\n");
        assert!(self.wrong.is_empty(), "{} of {}:\n{shown}", self.wrong.len(), self.requests);
        let covered = (self.operations, self.fields.len(), self.requests);
        // More are welcome; fewer mean that the document or this test has lost some.
        let is_enough = covered.0 >= operations && covered.1 >= fields && covered.2 >= requests;
        assert!(is_enough, "only {covered:?} operations, fields and requests");
    }
}

fn request(app: &TestApp, route: &Route, sample: &Sample, token: &str) -> Request<Body> {
    let request = app.request(route.method.clone(), &sample.address());
    let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    let request = sample.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let (content_type, body) = match &sample.body {
        SampleBody::Nothing => return request.body(Body::empty()).unwrap(),
        SampleBody::Json(body) => ("application/json", Body::from(body.to_string())),
        SampleBody::Form(fields) => {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            ("application/x-www-form-urlencoded", Body::from(text))
        }
        SampleBody::Parts(bytes) => ("multipart/form-data; boundary=edge", Body::from(bytes.clone())),
    };
    request.header(CONTENT_TYPE, content_type).body(body).unwrap()
}

#[tokio::test]
async fn of_querygpt() {
    let dialect = Dialect { names_of: names_in_envelope, name_of: |broken| broken.field.clone() };
    let mut covered = Covered::of(Contract::QueryGpt, dialect);
    let app = access::scripted().await;
    let owner = app.register("owner@example.com").await;
    let other = app.register("other@example.com").await;
    let things = access::Things::of(&app, &owner).await;
    for route in access::in_order() {
        let (path, body) = access::example(route, &things);
        let body = match (route.path, body) {
            // A token is good once, and it is not the owner's session that ends.
            ("/api/v1/auth/refresh", _) => Some(json!({"refresh_token": other.refresh_token})),
            ("/api/v1/prompts/reset", _) => Some(json!({})),
            (_, body) => body,
        };
        let sample = Sample::new(&path, body.map_or(SampleBody::Nothing, SampleBody::Json));
        covered.check(&app, route, &sample, &owner.access_token).await;
    }
    covered.finish(33, 132, 900);
}

/// The faulty fields of a failure in QueryGPT's envelope.
fn names_in_envelope(answer: &Value) -> Option<Vec<String>> {
    if answer["success"] != false || answer["error"]["code"] != "VALIDATION_ERROR" {
        return None;
    }
    let fields = answer["error"]["details"]["fields"].as_array()?.iter();
    fields.map(|fault| fault["message"].as_str().and(fault["field"].as_str()).map(str::to_owned)).collect()
}

#[tokio::test]
async fn of_aideer() {
    let dialect = Dialect { names_of: names_in_detail, name_of: place_of };
    let mut covered = Covered::of(Contract::Aideer, dialect);
    let wechat = WeChatServer::start().await;
    for route in wenshu_contracts::aideer::ROUTES.iter() {
        let app = aideer::access::start(&wechat, aideer::access::LOOPBACK).await;
        wechat.give_code("good", "person");
        let admin = app.sign_up("admin").await;
        let owner = app.sign_up("owner").await;
        let things = aideer::access::things(&app, &owner, &admin).await;
        let sample = aideer::access::sample(route, &things);
        let caller = if aideer::access::is_for_admins(route) { &admin } else { &owner };
        let token = if route.operation.request.takes_refresh_token {
            &caller.refresh_token
        } else {
            &caller.access_token
        };
        covered.check(&app, route, &sample, token).await;
    }
    covered.finish(30, 126, 890);
}

#[tokio::test]
async fn of_chat_app() {
    let dialect = Dialect { names_of: names_in_detail, name_of: place_of };
    let mut covered = Covered::of(Contract::ChatApp, dialect);
    for route in wenshu_contracts::chat_app::ROUTES.iter() {
        let app = TestApp::start().await;
        let owner = app.sign_up("owner").await;
        let things = chat_app::access::Things::of(&app, &owner, "owner").await;
        let (path, body) = chat_app::access::example(route, &things);
        let sample = Sample::new(&path, body.map_or(SampleBody::Nothing, SampleBody::Json));
        covered.check(&app, route, &sample, &owner.access_token).await;
    }
    covered.finish(4, 11, 60);
}

#[tokio::test]
async fn of_stock_bi() {
    let dialect = Dialect { names_of: names_in_message, name_of: |broken| broken.field.clone() };
    let mut covered = Covered::of(Contract::StockBi, dialect);
    for route in wenshu_contracts::stock_bi::ROUTES.iter() {
        let house = stock_bi::access::House::build(true).await;
        let token = house.token("owner").await;
        let fields = stock_bi::access::example(route, "owner", &house.things);
        let is_upload = route.path == "/v1/data/upload";
        let sample = if route.operation.request.body.is_some() && !is_upload {
            Sample::new(route.path, SampleBody::Json(fields))
        } else {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs = fields.as_object().unwrap().iter().map(|(name, value)| (name, text(value)));
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            let body =
                if is_upload { SampleBody::Parts(stock_bi::access::file()) } else { SampleBody::Nothing };
            Sample::new(&format!("{}?{query}", route.path), body)
        };
        covered.check(&house.app, route, &sample, &token).await;
    }
    covered.finish(21, 50, 250);
}

#[tokio::test]
async fn of_wenshu() {
    let dialect = Dialect {
        names_of: |answer| (answer["code"] == "validation").then(|| wenshu::access::faults(answer))?,
        name_of: |broken| broken.field.clone(),
    };
    let mut covered = Covered::of(Contract::Wenshu, dialect);
    for route in wenshu_contracts::wenshu::ROUTES.iter() {
        let app = TestApp::start().await;
        let admin = app.register("admin@example.com").await;
        let things = wenshu::access::Things::of(&app, &admin, "admin@example.com").await;
        let (path, body) = wenshu::access::example(route, &things);
        let sample = Sample::new(&path, body.map_or(SampleBody::Nothing, SampleBody::Json));
        covered.check(&app, route, &sample, &admin.access_token).await;
    }
    covered.finish(11, 45, 320);
}

/// The parameters that stock-bi names in a message.
fn names_in_message(answer: &Value) -> Option<Vec<String>> {
    let faults = answer["message"].as_str().filter(|_| answer["code"] == 422)?.split('；');
    faults.map(|fault| fault.split_once(' ').map(|(name, _)| name.to_owned())).collect()
}

/// Where the faults of a failure are, as FastAPI writes it: `body.messages.0.role`.
fn names_in_detail(answer: &Value) -> Option<Vec<String>> {
    let faults = answer["detail"].as_array()?.iter();
    faults
        .map(|fault| {
            fault["msg"].as_str().and(fault["type"].as_str())?;
            let parts = fault["loc"].as_array()?.iter();
            let parts: Vec<String> =
                parts.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
            Some(parts.join("."))
        })
        .collect()
}

/// The same of the field that is broken.
fn place_of(broken: &Broken) -> String {
    match (broken.place, broken.field.as_str()) {
        ("body", "body") => "body".to_owned(),
        (place, field) => format!("{place}.{field}"),
    }
}

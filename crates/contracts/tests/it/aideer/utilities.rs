//! `/utils`.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_contracts::HttpSettings;
use wenshu_core::utilities::DebugAdmin;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestAppBuilder};

use super::support::{failure, fine};

const PATHS: [&str; 3] = ["/api/v1/utils/init", "/api/v1/utils/admin", "/api/v1/utils/drop"];

fn debugging() -> TestAppBuilder {
    TestApp::builder().http(|settings| settings.debug = true)
}

#[tokio::test]
async fn there_are_none_without_debug() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    for path in PATHS {
        failure(app.get(path).await, StatusCode::NOT_FOUND).await;
        failure(admin.get(path).await, StatusCode::NOT_FOUND).await;
    }
}

#[tokio::test]
async fn the_store_is_emptied_and_filled_again() {
    let app = debugging().start().await;
    let user = app.sign_up("ann").await;
    user.answer("一共有多少客户？").await;
    fine(app.get("/api/v1/utils/drop").await).await;
    failure(user.get("/api/v1/users/me").await, StatusCode::UNAUTHORIZED).await;
    fine(app.get("/api/v1/utils/init").await).await;
    fine(app.get("/api/v1/utils/init").await).await;
    // Whoever comes first is an admin again, and the demo database answers again.
    let user = app.sign_up("ann").await;
    assert_eq!(fine(user.get("/api/v1/users/me").await).await["permission"], 2);
    let events = user.answer("一共有多少客户？").await;
    assert_eq!(events.last().unwrap().event, "done");
}

#[tokio::test]
async fn a_server_that_others_reach_is_not_emptied() {
    let app = debugging().bound("0.0.0.0:8000".parse().unwrap()).start().await;
    let user = app.sign_up("ann").await;
    failure(app.get("/api/v1/utils/drop").await, StatusCode::FORBIDDEN).await;
    fine(user.get("/api/v1/users/me").await).await;
    fine(app.get("/api/v1/utils/init").await).await;
}

#[tokio::test]
async fn a_server_behind_a_proxy_is_not_emptied() {
    const DROP: &str = "/api/v1/utils/drop";
    let proxy: IpAddr = "127.0.0.1".parse().unwrap();
    for change in [
        (|http: &mut HttpSettings| http.allowed_hosts = vec!["data.example.com".to_owned()])
            as fn(&mut HttpSettings),
        |http| http.trusted_proxies = vec!["10.0.0.1".parse().unwrap()],
    ] {
        let app = debugging().http(move |http| {
            http.debug = true;
            change(http);
        });
        failure(app.start().await.get(DROP).await, StatusCode::FORBIDDEN).await;
    }
    let app = debugging().start().await;
    let user = app.sign_up("ann").await;
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("x-forwarded-host", "data.example.com"),
        ("via", "1.1 gateway"),
    ] {
        let request = app.request(Method::GET, DROP).header(name, value).body(Body::empty()).unwrap();
        failure(app.send(request).await, StatusCode::FORBIDDEN).await;
    }
    let from = |address: IpAddr| {
        let mut request = app.request(Method::GET, DROP).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 1)));
        request
    };
    failure(app.send(from("192.168.1.2".parse().unwrap())).await, StatusCode::FORBIDDEN).await;
    fine(user.get("/api/v1/users/me").await).await;
    fine(app.send(from(proxy)).await).await;
}

#[tokio::test]
async fn the_configured_admin_is_made_once() {
    let app = debugging().start().await;
    failure(app.get("/api/v1/utils/admin").await, StatusCode::INTERNAL_SERVER_ERROR).await;
    let admin = DebugAdmin { username: "root".to_owned(), password: PASSWORD.to_owned().into() };
    let app = debugging().core(|settings| settings.debug_admin = Some(admin)).start().await;
    let made = fine(app.get("/api/v1/utils/admin").await).await;
    assert_eq!((&made["username"], &made["permission"]), (&json!("root"), &json!(2)));
    failure(app.get("/api/v1/utils/admin").await, StatusCode::BAD_REQUEST).await;
    let form = [("username", "root"), ("password", PASSWORD)];
    fine(app.post_form("/api/v1/session/oauth2/token", &form).await).await;
}

#[tokio::test]
async fn no_other_site_gets_there_and_no_head() {
    let app = debugging().start().await;
    let user = app.sign_up("ann").await;
    for path in PATHS {
        for (site, mode) in [("cross-site", "navigate"), ("same-site", "navigate"), ("cross-site", "no-cors")]
        {
            let request = app.request(Method::GET, path);
            let request = request.header("sec-fetch-site", site).header("sec-fetch-mode", mode);
            failure(app.send(request.body(Body::empty()).unwrap()).await, StatusCode::FORBIDDEN).await;
        }
        let head = app.request(Method::HEAD, path).body(Body::empty()).unwrap();
        assert_eq!(app.send(head).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    fine(user.get("/api/v1/users/me").await).await;
    let typed = app.request(Method::GET, PATHS[2]).header("sec-fetch-site", "none");
    fine(app.send(typed.body(Body::empty()).unwrap()).await).await;
}

//! Who may what by their role, and who makes users when nobody may make one for themselves.

use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_contracts::chat_app::ROUTES;
use wenshu_core::Role;
use wenshu_core::clock::Clock as _;
use wenshu_testkit::TestApp;

use super::access::{Things, request};
use super::support::{failure, fine};
use crate::stock_bi::support::sign_in;

#[tokio::test]
async fn visitors_look_and_change_nothing() {
    for is_open in [true, false] {
        let app = TestApp::builder().http(move |settings| settings.open_contracts = is_open).start().await;
        app.sign_up("admin").await;
        let owner = app.sign_up("owner").await;
        let things = Things::of(&app, &owner, "owner").await;
        let account = app.store.account_by_login("owner").await.unwrap().unwrap();
        app.store.set_role(account.id, Role::Visitor, app.clock.now()).await.unwrap();
        let bearer = format!("Bearer {}", owner.access_token);
        let proved = Some((AUTHORIZATION.as_str(), bearer.as_str()));
        let callers = if is_open { vec![None, proved] } else { vec![proved] };
        for route in ROUTES.iter() {
            for header in &callers {
                let name = format!("{} {} open: {is_open} {}", route.method, route.path, header.is_some());
                let response = app.send(request(&app, route, &things, *header)).await;
                match route.path {
                    "/api/v1/conversations/" | "/api/v1/chat" => {
                        let said = failure(response, StatusCode::FORBIDDEN).await;
                        assert_eq!(said, "访客只能查看，不能这样做", "{name}");
                    }
                    // In open mode anybody makes users, whoever they are; the second time there is one.
                    "/api/v1/users/" => {
                        let expected = match (is_open, header) {
                            (false, _) => StatusCode::FORBIDDEN,
                            (true, None) => StatusCode::OK,
                            (true, Some(_)) => StatusCode::BAD_REQUEST,
                        };
                        assert_eq!(response.status(), expected, "{name}");
                        response.bytes().await;
                    }
                    _ => {
                        assert_eq!(response.status(), StatusCode::OK, "{name}");
                        response.bytes().await;
                    }
                }
            }
        }
        let path = format!("/api/v1/users/{}/conversations", owner.id);
        let listed = fine(owner.get(&path).await).await;
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    }
}

#[tokio::test]
async fn when_registration_is_closed_admins_make_users_whatever_the_mode() {
    for (is_open, of_nobody) in [(true, StatusCode::FORBIDDEN), (false, StatusCode::UNAUTHORIZED)] {
        let before = TestApp::builder().without_demo().start().await;
        before.sign_up("admin").await;
        before.sign_up("user").await;
        let folder = Arc::clone(&before.folder);
        before.app.shutdown(Duration::from_secs(5)).await;
        drop(before);
        let app = TestApp::builder()
            .without_demo()
            .again_in(folder)
            .http(move |settings| settings.open_contracts = is_open)
            .core(|settings| settings.registration_is_open = false)
            .start()
            .await;
        let body = json!({"username": "new"});
        failure(app.post("/api/v1/users/", &body).await, of_nobody).await;
        for (name, expected) in [("user", StatusCode::FORBIDDEN), ("admin", StatusCode::OK)] {
            let token = sign_in(&app, name).await;
            let request = app.request_as(&token, Method::POST, "/api/v1/users/");
            let request = request.header("content-type", "application/json");
            let response = app.send(request.body(body.to_string().into()).unwrap()).await;
            if expected == StatusCode::OK {
                assert_eq!(fine(response).await["username"], body["username"]);
            } else {
                failure(response, expected).await;
            }
        }
    }
}

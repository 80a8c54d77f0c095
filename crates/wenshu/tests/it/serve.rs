//! `wenshu serve`, over real connections.

use nix::sys::signal::Signal;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::program::{Place, Server, client, mode};

const PASSWORD: &str = "correct-horse-1";

async fn register(server: &Server, email: &str) -> Value {
    let body = json!({ "email": email, "password": PASSWORD });
    let response = client().post(server.url("/api/v1/auth/register")).json(&body).send().await.unwrap();
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert!(status.is_success(), "{status}: {body}");
    body
}

async fn login(server: &Server, email: &str, password: &str) -> (StatusCode, Value) {
    let body = json!({ "email": email, "password": password });
    let response = client().post(server.url("/api/v1/auth/login")).json(&body).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn token(signed_in: &Value) -> String {
    signed_in["data"]["access_token"].as_str().unwrap().to_owned()
}

async fn get(server: &Server, path: &str, token: &str) -> (StatusCode, String) {
    let response = client().get(server.url(path)).bearer_auth(token).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

async fn ask(server: &Server, token: &str, question: &str) -> String {
    let response = client()
        .get(server.url("/api/v1/chat/stream"))
        .query(&[("query", question)])
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.unwrap()
}

async fn role(place: &Place, email: &str) -> String {
    let list = place.run(&["admin", "list", "--json"]).await.with_code(0).stdout;
    list.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|account| account["email"] == email)
        .map(|account| account["role"].as_str().unwrap().to_owned())
        .unwrap()
}

#[tokio::test]
async fn an_empty_folder_becomes_a_server_that_keeps_what_it_is_told() {
    let place = Place::new();
    let server = place.serve().await;
    assert_eq!(mode(&place.path("data")), 0o700);
    assert_eq!(mode(&place.path("data/secret.key")), 0o600);
    assert!(place.path("data/demo.db").exists() && place.path("data/wenshu.db").exists());
    for path in ["/health", "/ready"] {
        assert_eq!(get(&server, path, "").await.0, StatusCode::OK, "{path}");
    }
    let signed_in = register(&server, "ann@example.com").await;
    assert_eq!(role(&place, "ann@example.com").await, "admin");
    let connections = get(&server, "/api/v1/connections", &token(&signed_in)).await;
    assert_eq!(connections.0, StatusCode::OK);
    assert!(connections.1.contains("demo.db"), "{}", connections.1);
    let events = ask(&server, &token(&signed_in), "一共有多少客户？").await;
    assert!(events.contains("event: "), "{events}");
    let before = get(&server, "/api/v1/conversations", &token(&signed_in)).await.1;
    assert!(before.contains("一共有多少客户"), "{before}");
    let key = std::fs::read_to_string(place.path("data/secret.key")).unwrap();

    let stopped = server.stop(Signal::SIGTERM).await;
    assert_eq!(stopped.status.code(), Some(0), "{}", stopped.stderr);
    assert!(
        stopped.stdout.contains("curl") && stopped.stdout.contains("/api/v1/chat/stream"),
        "{}",
        stopped.stdout
    );
    assert!(
        !stopped.stderr.contains("一共有多少客户") && !stopped.stderr.contains(PASSWORD),
        "{}",
        stopped.stderr
    );

    let server = place.serve().await;
    assert_eq!(std::fs::read_to_string(place.path("data/secret.key")).unwrap(), key);
    let (status, again) = login(&server, "ann@example.com", PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    assert_eq!(get(&server, "/api/v1/conversations", &token(&again)).await.1, before);
    // A token of the process before is still good: the key is the same.
    assert_eq!(get(&server, "/api/v1/auth/me", &token(&signed_in)).await.0, StatusCode::OK);
    assert_eq!(server.stop(Signal::SIGINT).await.status.code(), Some(0));
}

#[tokio::test]
async fn the_demo_answers_over_http() {
    let place = Place::new();
    let server = place.serve().await;
    let token = token(&register(&server, "ann@example.com").await);
    let events = ask(&server, &token, "一共有多少客户？").await;
    assert!(events.contains("event: result") && events.contains("2000"), "{events}");
    assert!(events.contains("event: done"), "{events}");
}

#[tokio::test]
async fn only_one_server_uses_a_data_folder() {
    let place = Place::new();
    let server = place.serve().await;
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]).await.with_code(1);
    assert!(second.stderr.contains("another server (process "), "{}", second.stderr);
    assert!(second.stdout.is_empty());
    assert_eq!(get(&server, "/health", "").await.0, StatusCode::OK);
    // Killed, it leaves a lock file that holds nobody up.
    server.stop(Signal::SIGKILL).await;
    assert_eq!(get(&place.serve().await, "/ready", "").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_taken_port_is_said_before_anything_is_made() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = place.run(&["serve", "--listen", &address]).await.with_code(1);
    assert!(ended.stderr.contains(&address) && ended.stderr.contains("--listen"), "{}", ended.stderr);
    assert!(!place.path("data").exists());
}

#[tokio::test]
async fn admins_are_made_beside_a_running_server() {
    let place = Place::new();
    let server = place.serve().await;
    register(&server, "first@example.com").await;
    let ended = place
        .run_with_input(&["admin", "create", "--username", "ann"], &format!("{PASSWORD}\n"))
        .await
        .with_code(0);
    assert!(ended.stdout.contains("`ann`"), "{}", ended.stdout);
    let list = place.run(&["admin", "list"]).await.with_code(0).stdout;
    assert!(list.contains("ann") && list.contains("first@example.com"), "{list}");
    assert!(!list.contains(PASSWORD));
    let taken = place.run_with_input(&["admin", "create", "--username", "ANN"], PASSWORD).await.with_code(1);
    assert!(taken.stderr.contains("username"), "{}", taken.stderr);
    place.run(&["admin", "create", "--username", "bob"]).await.with_code(1);

    let new_password = "another-horse-2";
    place
        .run_with_input(&["admin", "reset-password", "--username", "first@example.com"], new_password)
        .await
        .with_code(0);
    assert_eq!(login(&server, "first@example.com", PASSWORD).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(login(&server, "first@example.com", new_password).await.0, StatusCode::OK);
    place
        .run_with_input(&["admin", "reset-password", "--username", "nobody"], new_password)
        .await
        .with_code(1);
}

#[tokio::test]
async fn beyond_loopback_nobody_becomes_an_admin_by_registering() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "0.0.0.0:0"]);
    command.env("WENSHU_DEMO", "false");
    let mut server = Server::start(command).await;
    server.address.set_ip([127, 0, 0, 1].into());
    let body = json!({ "email": "eve@example.com", "password": PASSWORD });
    let url = format!("http://127.0.0.1:{}/api/v1/auth/register", server.address.port());
    let response = client().post(url).json(&body).send().await.unwrap();
    // Refused or not (its `Host` is none of the server's), no admin comes of it.
    if response.status().is_success() {
        assert_eq!(role(&place, "eve@example.com").await, "user");
    } else {
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    assert!(!place.path("data/demo.db").exists());
}

#[tokio::test]
async fn metrics_and_logs_are_for_machines() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("WENSHU_LOG_FORMAT", "json");
    let server = Server::start(command).await;
    let (status, metrics) = get(&server, "/metrics", "").await;
    assert_eq!(status, StatusCode::OK);
    let build = format!("wenshu_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
    assert!(metrics.contains(&build) && metrics.contains("process_resident_memory_bytes"), "{metrics}");
    let stopped = server.stop(Signal::SIGTERM).await;
    let lines: Vec<&str> = stopped.stderr.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() >= 2, "{}", stopped.stderr);
    for line in lines {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn metrics_can_be_off() {
    let place = Place::new();
    place.write("wenshu.toml", "metrics = false\ndemo = false\n");
    let server = place.serve().await;
    assert_eq!(get(&server, "/metrics", "").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_who_start_at_once_leave_one_server() {
    let place = Place::new();
    let servers = (0..4).map(|_| place.run_until_first_line(&["serve", "--listen", "127.0.0.1:0"]));
    let outcomes = futures::future::join_all(servers).await;
    let listening = outcomes.iter().filter(|(_, line)| line.contains("http://127.0.0.1:")).count();
    assert_eq!(listening, 1, "{outcomes:?}");
}

#[tokio::test]
async fn a_server_may_open_as_many_files_as_the_system_allows() {
    use nix::sys::resource::{Resource, getrlimit};
    let place = Place::new();
    let mut command = tokio::process::Command::new("sh");
    // A shell that allows little, as most do.
    command
        .args(["-c", "ulimit -S -n 64; exec \"$0\" serve --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_wenshu")])
        .current_dir(place.path("."))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    let server = Server::start(command).await;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.process())).unwrap();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft: u64 = open_files.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert_eq!(soft, hard, "{open_files}");
}

//! `wenshu doctor`, `migrate`, `config`, and configurations that are wrong.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use wenshu_testkit::McpPeer;

use crate::program::Place;

#[tokio::test]
async fn every_fault_of_the_configuration_is_named_at_once() {
    let place = Place::new();
    place.write("wenshu.toml", "listen = 80\nlog_fromat = \"json\"\nsecret_key = \"hunter2\"\n");
    let mut command = place.command(&["serve", "--data-dir", "elsewhere"]);
    command.env("WENSHU_QUERY_ROWS", "many").env("DATABASE_URL", "mysql://root:hunter2@localhost/x");
    let output = command.output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    for word in [
        "5 faults",
        "`listen`",
        "did you mean `log_format`?",
        "`secret_key`",
        "WENSHU_QUERY_ROWS",
        "DATABASE_URL",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    assert!(!place.path("elsewhere").exists());
    place.run(&["doctor", "--config", "nowhere.toml"]).await.with_code(78);
}

#[tokio::test]
async fn the_doctor_shows_what_holds_and_makes_nothing() {
    let place = Place::new();
    place.write(
        "other.toml",
        "query_rows = 5\nsecret_key = \"abababababababababababababababababababababababababababababababab\"\n",
    );
    let arguments = ["doctor", "--config", "other.toml", "--format", "json"];
    let mut command = place.command(&arguments);
    command.env("WENSHU_LISTEN", "127.0.0.1:0").env("WENSHU_TIMEZONE", "Asia/Shanghai");
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains("abab"), "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let setting = |key: &str| {
        let settings = report["settings"].as_array().unwrap();
        settings.iter().find(|setting| setting["key"] == key).unwrap().clone()
    };
    assert_eq!(setting("query_rows")["value"], "5");
    assert_eq!(setting("query_rows")["origin"], "other.toml");
    assert_eq!(setting("timezone")["origin"], "WENSHU_TIMEZONE");
    assert_eq!(setting("secret_key")["value"], "***");
    assert_eq!(report["checks"].as_array().unwrap().len(), 7);
    assert!(!place.path("data").exists());
}

#[tokio::test]
async fn the_doctor_finds_what_is_broken() {
    let place = Place::new();
    place.run(&["migrate"]).await.with_code(0);
    place.run_with_input(&["admin", "create", "--username", "ann"], "correct-horse-1").await.with_code(0);
    let free = ["--config", "free.toml"];
    place.write("free.toml", "listen = \"127.0.0.1:0\"\n");
    let well = place.run(&[&["doctor"], &free[..]].concat()).await.with_code(0);
    assert!(well.stdout.contains("tables are current"), "{}", well.stdout);

    std::fs::set_permissions(place.path("data/secret.key"), Permissions::from_mode(0o644)).unwrap();
    let ill = place.run(&[&["doctor"], &free[..]].concat()).await.with_code(1);
    assert!(ill.stdout.contains("chmod 600"), "{}", ill.stdout);

    place.write("data/secret.key", "scribble");
    std::fs::write(place.path("data/wenshu.db"), "scribble ".repeat(1_000)).unwrap();
    let _ = std::fs::remove_file(place.path("data/wenshu.db-wal"));
    let ill = place.run(&[&["doctor"], &free[..]].concat()).await.with_code(1);
    assert_eq!(ill.stdout.matches('✗').count(), 2, "{}", ill.stdout);
    let refused = place.run(&[&["serve"], &free[..]].concat()).await.with_code(1);
    assert!(refused.stderr.contains("holds no key"), "{}", refused.stderr);
}

#[tokio::test]
async fn the_doctor_asks_mcp_servers() {
    let place = Place::new();
    let servers = json!({"mcpServers": {
        "away": {"command": "/nowhere/at/all"},
        "node": McpPeer::node().over_http(),
        "stranger": {"command": "true"},
    }});
    place.write("mcp.json", &servers.to_string());
    place.write("wenshu.toml", "listen = \"127.0.0.1:0\"\nmcp_config = \"mcp.json\"\n");
    let said = place.run(&["doctor", "--format", "json"]).await.with_code(0);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let checks: Vec<(&str, &str)> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["name"] == "MCP server")
        .map(|check| (check["state"].as_str().unwrap(), check["detail"].as_str().unwrap()))
        .collect();
    let [away, node, stranger] = checks[..] else { panic!("{checks:?}") };
    assert_eq!(away.0, "warning");
    assert!(away.1.starts_with("`away`: it can't be started") && away.1.contains("`command`"), "{away:?}");
    assert_eq!(node, ("ok", "`node` answers; tools that it offers: 8"));
    assert!(stranger.0 == "warning" && stranger.1.contains("speaks no MCP"), "{stranger:?}");

    place.write("mcp.json", r#"{"mcpServers": {"both": {"command": "x", "url": "http://x"}}}"#);
    let faulty = place.run(&["doctor"]).await.with_code(78);
    assert!(faulty.stderr.contains("server `both` must have either"), "{}", faulty.stderr);
}

#[tokio::test]
async fn the_doctor_looks_at_the_quotes_that_are_configured() {
    let place = Place::new();
    let quotes = "listen = \"127.0.0.1:0\"\nquotes_connection = \"prices\"\n";
    place.write("wenshu.toml", quotes);
    let said = async || {
        let said = place.run(&["doctor", "--format", "json"]).await.with_code(0);
        let report: Value = serde_json::from_str(&said.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().iter();
        let of_quotes: Vec<Value> = checks.filter(|check| check["name"] == "quotes").cloned().collect();
        of_quotes
            .into_iter()
            .map(|check| (check["state"].clone(), check["detail"].clone()))
            .collect::<Vec<_>>()
    };
    let [(state, detail)] = &said().await[..] else { panic!("one check") };
    assert!(state == "warning" && detail.as_str().unwrap().contains("before the first start"), "{detail}");
    assert!(!place.path("data/secret.key").exists(), "it makes nothing");
    place.run(&["migrate"]).await.with_code(0);
    place.run_with_input(&["admin", "create", "--username", "ann"], "correct-horse-1").await.with_code(0);
    let [(state, detail)] = &said().await[..] else { panic!("one check") };
    assert!(state == "warning" && detail.as_str().unwrap().contains("no active admin has one"), "{detail}");
    // The server starts all the same, and says so too.
    place.serve().await.says("no connection called `prices` is shared").await;

    let node =
        json!({"mcpServers": {"node": McpPeer::node().over_http(), "python": McpPeer::python().over_http()}});
    place.write("mcp.json", &node.to_string());
    for (server, offers) in [("node", true), ("python", false)] {
        let settings =
            format!("listen = \"127.0.0.1:0\"\nmcp_config = \"mcp.json\"\nquotes_server = \"{server}\"\n");
        place.write("wenshu.toml", &settings);
        let said = place.run(&["doctor"]).await.with_code(0);
        assert_eq!(
            said.stdout.contains("offers none of the tools that have quotes"),
            !offers,
            "{}",
            said.stdout
        );
        // Tools that are another server's to offer aren't offered by this one.
        let count = if offers { 8 } else { 7 };
        let node = format!("`node` answers; tools that it offers: {count}");
        assert!(said.stdout.contains(&node), "{}", said.stdout);
    }
}

#[tokio::test]
async fn the_doctor_warns_of_debug_where_others_may_reach_the_server() {
    let place = Place::new();
    for (settings, warns) in [
        ("debug = true\n", false),
        ("debug = true\nhosts = [\"data.example.com\"]\n", true),
        ("debug = true\ntrusted_proxies = [\"10.0.0.1\"]\n", true),
        ("hosts = [\"data.example.com\"]\n", false),
    ] {
        place.write("wenshu.toml", &format!("listen = \"127.0.0.1:0\"\n{settings}"));
        let said = place.run(&["doctor"]).await.with_code(0);
        assert_eq!(said.stdout.contains("turn it off"), warns, "{settings}: {}", said.stdout);
    }
}

#[tokio::test]
async fn a_reader_who_has_seen_enough_is_no_failure() {
    let place = Place::new();
    let mut child = place.command(&["config", "reference"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let example = place.run(&["config", "example"]).await.with_code(0);
    place.write("wenshu.toml", &example.stdout);
    place.run(&["migrate"]).await.with_code(0);
}

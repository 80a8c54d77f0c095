//! What servers of the official SDKs offer and say, over both transports.

use std::time::Duration;

use serde_json::{Value, json};
use wenshu_answer::Toolbox as _;
use wenshu_testkit::McpPeer;
use wenshu_tools::ServerTimes;

use crate::support::{names, patient, said, servers, servers_within};

fn both(peer: &McpPeer) -> [Value; 2] {
    [peer.as_process(), peer.over_http()]
}

#[tokio::test]
async fn tools_of_the_python_sdk_are_offered_and_called() {
    for entry in both(&McpPeer::python()) {
        let servers = servers(&[("python", entry.clone())]);
        let tools = servers.tools().await;
        let add = tools.iter().find(|tool| tool.name == "add").unwrap();
        assert_eq!(add.description, "Adds two numbers.", "{entry}");
        assert_eq!(add.parameters["required"], json!(["one", "other"]), "{entry}");
        assert_eq!(said(&servers, "add", json!({"one": 2, "other": 40})).await, "2 + 40 = 42", "{entry}");
        let failed = said(&servers, "fail", json!({})).await;
        // What went wrong in it this SDK keeps to itself.
        assert_eq!(failed, "error: Error executing tool fail", "{entry}");
        let misused = said(&servers, "add", json!({"one": "x"})).await;
        assert!(misused.starts_with("error: "), "{misused}");
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn tools_of_the_typescript_sdk_are_offered_and_called() {
    for entry in both(&McpPeer::node()) {
        let servers = servers(&[("node", entry.clone())]);
        assert!(names(&servers).await.contains(&"multiply".to_owned()), "{entry}");
        assert_eq!(said(&servers, "multiply", json!({"one": 6, "other": 7})).await, "6 × 7 = 42", "{entry}");
        let failed = said(&servers, "fail", json!({})).await;
        assert!(failed.starts_with("error: ") && failed.contains("the tool has failed"), "{failed}");
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn what_a_server_learns_is_offered_from_then_on() {
    let servers = servers(&[("node", McpPeer::node().as_process())]);
    assert!(!names(&servers).await.contains(&"learned".to_owned()));
    assert_eq!(said(&servers, "learn", json!({})).await, "done");
    // The server says so by itself, beside its answers.
    let mut offered = names(&servers).await;
    for _ in 0..50 {
        if offered.contains(&"learned".to_owned()) {
            break;
        }
        said(&servers, "count", json!({})).await;
        offered = names(&servers).await;
    }
    assert_eq!(said(&servers, "learned", json!({})).await, "learned");
    servers.shut_down().await;
}

#[tokio::test]
async fn what_a_server_says_nothing_of_is_found_by_asking_it_again() {
    let node = McpPeer::node();
    let mut peer = node.start_over_http(0).await;
    let times = ServerTimes { fresh: Duration::ZERO, ..patient() };
    let servers = servers_within(&[("node", peer.entry())], times);
    assert!(!names(&servers).await.contains(&"learned".to_owned()));
    // Another one takes its place, which offers more and has nobody to say so to.
    peer.end().await;
    let _peer = node.start_learned_over_http(peer.port).await;
    while !names(&servers).await.contains(&"learned".to_owned()) {
        tokio::task::yield_now().await;
    }
    servers.shut_down().await;
}

#[tokio::test]
async fn of_two_tools_of_one_name_the_first_servers_counts() {
    let (python, node) = (McpPeer::python(), McpPeer::node());
    let servers = servers(&[("a", node.as_process()), ("b", python.as_process())]);
    let all = names(&servers).await;
    assert_eq!(all.iter().filter(|name| *name == "count").count(), 1, "{all:?}");
    assert!(all.contains(&"add".to_owned()) && all.contains(&"multiply".to_owned()), "{all:?}");
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    assert_eq!(said(&servers, "count", json!({})).await, "2");
    assert_eq!(said(&servers, "nothing", json!({})).await, "error: There is no tool called nothing.");
    servers.shut_down().await;
}

#[tokio::test]
async fn a_process_gets_what_is_configured_and_none_of_our_secrets() {
    let mut entry = McpPeer::python().as_process();
    entry["env"]["GIVEN"] = json!("given");
    let servers = servers(&[("python", entry)]);
    assert!(!names(&servers).await.is_empty());
    let of = async |name: &str| said(&servers, "environment", json!({"name": name})).await;
    assert_eq!(of("GIVEN").await, "given");
    // Cargo sets it for tests, so that it is there to be handed on.
    assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
    assert_eq!(of("CARGO_PKG_NAME").await, "nothing");
    servers.shut_down().await;
}

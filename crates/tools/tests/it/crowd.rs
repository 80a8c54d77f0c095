//! Servers that many call at once, or that take their time.

use std::time::{Duration, Instant};

use futures::future::{Either, join, join_all, select};
use serde_json::json;
use wenshu_testkit::McpPeer;
use wenshu_tools::ServerTimes;

use crate::support::{names, patient, said, servers_within, soon};

#[tokio::test]
async fn a_server_that_answers_others_meanwhile_is_slow_and_goes_on() {
    // While it is at a call it gives no sign of life.
    let times =
        ServerTimes { call: Duration::from_secs(6), sign_of_life: Duration::from_millis(100), ..patient() };
    let servers = servers_within(&[("python", McpPeer::python().as_process())], times);
    assert!(!names(&servers).await.is_empty());
    let process = said(&servers, "process", json!({})).await;
    let block = || said(&servers, "block", json!({"seconds": 3}));
    let (one, other) = join(block(), block()).await;
    let late = "error: The tool said nothing for 6 seconds.".to_owned();
    assert!([&one, &other].contains(&&"done".to_owned()) && [&one, &other].contains(&&late), "{one} {other}");
    assert_eq!(said(&servers, "process", json!({})).await, process, "the same process");
    servers.shut_down().await;
}

#[tokio::test]
async fn a_server_at_work_that_cannot_list_its_tools_just_now_goes_on() {
    let times = ServerTimes { opening: Duration::from_secs(10), ..patient() };
    let mut entry = McpPeer::node().as_process();
    entry["env"]["PEER_LIST"] = json!("once");
    let servers = servers_within(&[("node", entry)], times);
    let offered = names(&servers).await;
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    assert_eq!(said(&servers, "learn", json!({})).await, "done");
    let hanging = Box::pin(said(&servers, "hang", json!({})));
    let listing = async {
        // It says beside its answers that it has changed; then it is asked in vain.
        loop {
            let begun = Instant::now();
            assert_eq!(names(&servers).await, offered);
            if begun.elapsed() > times.opening / 2 {
                break;
            }
            tokio::task::yield_now().await;
        }
        said(&servers, "count", json!({})).await
    };
    match select(hanging, Box::pin(listing)).await {
        Either::Left((said, _)) => panic!("{said}"),
        Either::Right((counted, _)) => assert_eq!(counted, "2", "the same process"),
    }
    servers.shut_down().await;
}

#[tokio::test]
async fn an_opening_outlives_the_call_that_began_it() {
    let entry = McpPeer::python().as_process();
    let (program, script) = (entry["command"].as_str().unwrap(), entry["args"][0].as_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let path = begun.display();
    let slow = format!("echo begun >> '{path}'; sleep 1; exec '{program}' '{script}'");
    let servers = servers_within(&[("slow", json!({"command": "sh", "args": ["-c", slow]}))], soon());
    let openings = || std::fs::read_to_string(&begun).unwrap_or_default().lines().count();
    assert!(!names(&servers).await.is_empty());
    assert!(said(&servers, "crash", json!({})).await.starts_with("error: The server"));
    let opening = async {
        while openings() < 2 {
            tokio::task::yield_now().await;
        }
    };
    let calling = Box::pin(said(&servers, "count", json!({})));
    // Whoever called it goes away while it opens.
    match select(calling, Box::pin(opening)).await {
        Either::Left((said, _)) => panic!("{said}"),
        Either::Right(((), calling)) => drop(calling),
    }
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    assert_eq!(openings(), 2, "the one that was begun");
    servers.shut_down().await;
}

#[tokio::test]
async fn a_server_over_http_is_called_by_as_many_as_there_are() {
    let peer = McpPeer::node().start_with_whole_replies(0).await;
    let servers = servers_within(&[("node", peer.entry())], patient());
    assert!(!names(&servers).await.is_empty());
    let hanging = Box::pin(join_all((0..40).map(|_| said(&servers, "hang", json!({})))));
    let others = async {
        while said(&servers, "hanging", json!({})).await != "40" {}
        said(&servers, "count", json!({})).await
    };
    match select(hanging, Box::pin(others)).await {
        Either::Left((said, _)) => panic!("{said:?}"),
        Either::Right((counted, _)) => assert_eq!(counted, "1"),
    }
    servers.shut_down().await;
}

//! Servers that hang, end, say nonsense or aren't there: it costs the call, and nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use wenshu_testkit::McpPeer;
use wenshu_tools::ServerTimes;

use crate::support::{names, patient, said, servers, servers_within, soon};

#[tokio::test]
async fn a_call_that_hangs_ends_at_its_limit_and_the_server_goes_on() {
    for (peer, is_http) in [(McpPeer::python(), false), (McpPeer::node(), false), (McpPeer::node(), true)] {
        let entry = if is_http { peer.over_http() } else { peer.as_process() };
        let servers = servers_within(&[("peer", entry)], soon());
        assert!(!names(&servers).await.is_empty());
        let counted: u32 = said(&servers, "count", json!({})).await.parse().unwrap();
        let begun = Instant::now();
        assert_eq!(said(&servers, "hang", json!({})).await, "error: The tool said nothing for 1.5 seconds.");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        let again: u32 = said(&servers, "count", json!({})).await.parse().unwrap();
        assert!(again > counted, "the same process: {again}");
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn a_process_that_hangs_altogether_is_started_anew() {
    let servers = servers_within(&[("python", McpPeer::python().as_process())], soon());
    assert!(!names(&servers).await.is_empty());
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    assert!(said(&servers, "freeze", json!({})).await.starts_with("error: The tool said nothing"));
    assert_eq!(said(&servers, "count", json!({})).await, "1", "another process");
    servers.shut_down().await;
}

#[tokio::test]
async fn a_process_that_ends_in_a_call_is_started_anew() {
    for peer in [McpPeer::python(), McpPeer::node()] {
        let servers = servers_within(&[("peer", peer.as_process())], soon());
        let offered = names(&servers).await;
        for _ in 0..3 {
            assert_eq!(said(&servers, "count", json!({})).await, "1");
            let failed = said(&servers, "crash", json!({})).await;
            assert!(failed.contains("failed in the middle of the call"), "{failed}");
            assert_eq!(names(&servers).await, offered, "what it had is offered on");
        }
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn a_server_that_ends_in_one_call_after_the_other_is_left_alone_for_a_while() {
    for entry in [McpPeer::python().as_process(), McpPeer::node().as_process()] {
        let servers =
            servers_within(&[("peer", entry)], ServerTimes { rest: Duration::from_secs(600), ..soon() });
        let offered = names(&servers).await;
        // Once may be an accident.
        let crashed = async || said(&servers, "crash", json!({})).await;
        // One that has answered in between was of use.
        for _ in 0..3 {
            assert!(crashed().await.contains("failed in the middle of the call"));
            assert_eq!(said(&servers, "count", json!({})).await, "1", "it is started anew");
        }
        for _ in 0..2 {
            assert!(crashed().await.contains("failed in the middle of the call"));
        }
        for _ in 0..3 {
            let begun = Instant::now();
            let left_alone = said(&servers, "count", json!({})).await;
            assert_eq!(left_alone, "error: The server of this tool can't be reached at the moment.");
            assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        }
        assert_eq!(names(&servers).await, offered, "what it had is offered on");
        let [(_, why)] = &servers.look().await[..] else { panic!("one server") };
        assert!(why.as_ref().unwrap_err().to_string().contains("one call after the other"), "{why:?}");
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn a_server_that_hangs_in_one_call_after_the_other_is_left_alone_for_a_while() {
    // A hanging call is longer than that before it is given up.
    let times = ServerTimes { rest: Duration::from_secs(600), steady: Duration::from_secs(4), ..soon() };
    assert!(times.call + times.sign_of_life > times.steady);
    let servers = servers_within(&[("python", McpPeer::python().as_process())], times);
    assert!(!names(&servers).await.is_empty());
    for _ in 0..2 {
        assert!(said(&servers, "freeze", json!({})).await.starts_with("error: The tool said nothing"));
    }
    let left_alone = said(&servers, "freeze", json!({})).await;
    assert_eq!(left_alone, "error: The server of this tool can't be reached at the moment.");
    servers.shut_down().await;
}

#[tokio::test]
async fn nonsense_between_messages_is_passed_over() {
    let servers = servers_within(&[("python", McpPeer::python().as_process())], soon());
    assert!(!names(&servers).await.is_empty());
    assert_eq!(said(&servers, "garbage", json!({})).await, "after all that");
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    servers.shut_down().await;
}

#[tokio::test]
async fn servers_that_cannot_be_opened_keep_nobody_from_the_others() {
    // Longer than the one that works takes to start.
    let times = ServerTimes {
        opening: Duration::from_secs(18),
        patience: Duration::from_secs(20),
        ..ServerTimes::default()
    };
    let entries = [
        ("missing", json!({"command": "/nowhere/at/all"})),
        ("ends", json!({"command": "true"})),
        ("says nothing", json!({"command": "sleep", "args": ["600"]})),
        ("nonsense", json!({"command": "sh", "args": ["-c", "while read line; do echo nonsense; done"]})),
        ("refused", json!({"url": "http://127.0.0.1:9/mcp"})),
        ("unauthorized", json!({"url": McpPeer::node().over_http()["url"]})),
        ("works", McpPeer::node().as_process()),
    ];
    let servers = servers_within(&entries, times);
    let begun = Instant::now();
    let offered = names(&servers).await;
    assert!(offered.contains(&"multiply".to_owned()), "{offered:?}");
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(30), "{waited:?}");
    // They are left alone for a while.
    let begun = Instant::now();
    assert_eq!(names(&servers).await, offered);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    servers.shut_down().await;
}

#[tokio::test]
async fn one_server_is_opened_once_however_many_ask() {
    let servers = servers(&[("python", McpPeer::python().as_process())]);
    let asking = (0..20).map(|_| names(&servers));
    for offered in futures::future::join_all(asking).await {
        assert!(!offered.is_empty());
    }
    let calling = (0..20).map(|_| said(&servers, "count", json!({})));
    let mut counted: Vec<u32> =
        futures::future::join_all(calling).await.iter().map(|said| said.parse().unwrap()).collect();
    counted.sort_unstable();
    assert_eq!(counted, (1..=20).collect::<Vec<u32>>(), "one process");
    servers.shut_down().await;
}

#[tokio::test]
async fn a_server_over_http_that_comes_back_is_used_again() {
    let node = McpPeer::node();
    let mut peer = node.start_over_http(0).await;
    let servers = servers_within(&[("node", peer.entry())], soon());
    let offered = names(&servers).await;
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    let failed = said(&servers, "crash", json!({})).await;
    assert!(failed.contains("failed in the middle of the call"), "{failed}");
    peer.ended().await;
    let away = said(&servers, "count", json!({})).await;
    assert_eq!(away, "error: The server of this tool can't be reached at the moment.");
    assert_eq!(names(&servers).await, offered, "what it had is offered on");
    let mut peer = node.start_over_http(peer.port).await;
    assert_eq!(said(&servers, "count", json!({})).await, "1", "another process");
    // It may be another one between two calls too, which knows nothing of the session.
    peer.end().await;
    let _peer = node.start_over_http(peer.port).await;
    assert_eq!(said(&servers, "count", json!({})).await, "1");
    assert_eq!(said(&servers, "count", json!({})).await, "2");
    servers.shut_down().await;
}

/// How a process of this id is; nothing of one that isn't there.
fn state(id: &str) -> Option<char> {
    let status = std::fs::read_to_string(Path::new("/proc").join(id).join("stat")).ok()?;
    status.rsplit_once(") ")?.1.chars().next()
}

/// Whether a process of this id runs: one that nobody has asked how it ended doesn't.
fn is_there(id: &str) -> bool {
    state(id).is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Whether it is stopped, and would go on if it were told to.
fn is_stopped(id: &str) -> bool {
    state(id) == Some('T')
}

async fn all_ended(ids: &[String]) {
    for id in ids {
        while is_there(id) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn all_that_a_server_has_started_ends_with_it() {
    let entry = McpPeer::python().as_process();
    let (program, script) = (entry["command"].as_str().unwrap(), entry["args"][0].as_str().unwrap());
    // As `npx` does: the server is a child of what is started.
    let wrapped = json!({"command": "sh", "args": ["-c", format!("'{program}' '{script}'; true")]});
    let servers = servers_within(&[("wrapped", wrapped)], soon());
    assert!(!names(&servers).await.is_empty());
    let first = said(&servers, "process", json!({})).await;
    assert!(said(&servers, "freeze", json!({})).await.starts_with("error: The tool said nothing"));
    let second = said(&servers, "process", json!({})).await;
    assert_ne!(first, second);
    servers.shut_down().await;
    all_ended(&[first, second]).await;
}

#[tokio::test]
async fn what_a_server_leaves_behind_when_it_goes_ends_too() {
    let entry = McpPeer::python().as_process();
    let (program, script) = (entry["command"].as_str().unwrap(), entry["args"][0].as_str().unwrap());
    // One that holds on to what is read of the server, and one that doesn't.
    for output in ["", ">/dev/null"] {
        let script = format!("sleep 600 {output} & export HELPER=$!; exec '{program}' '{script}'");
        let servers =
            servers_within(&[("wrapped", json!({"command": "sh", "args": ["-c", script]}))], soon());
        let helper = async || said(&servers, "environment", json!({"name": "HELPER"})).await;
        assert!(!names(&servers).await.is_empty());
        let of_crashed = helper().await;
        assert!(is_there(&of_crashed), "{of_crashed}");
        assert!(said(&servers, "crash", json!({})).await.starts_with("error: The"));
        let of_ended = helper().await;
        assert_ne!(of_crashed, of_ended);
        servers.shut_down().await;
        all_ended(&[of_crashed, of_ended]).await;
    }
}

#[tokio::test]
async fn nobody_who_is_in_a_hurry_waits_for_a_process() {
    let servers = servers_within(&[("python", McpPeer::python().as_process())], patient());
    assert!(!names(&servers).await.is_empty());
    let process = said(&servers, "process", json!({})).await;
    let freezing = said(&servers, "freeze", json!({}));
    let ending = async {
        // It doesn't go by itself any more, and its call is under way.
        while !is_stopped(&process) {
            tokio::task::yield_now().await;
        }
        servers.end_at_once();
        all_ended(std::slice::from_ref(&process)).await;
    };
    let (frozen, ()) = futures::future::join(freezing, ending).await;
    assert!(frozen.starts_with("error: The"), "{frozen}");
    // Nor is there one that is started afterwards.
    let away = said(&servers, "count", json!({})).await;
    assert!(away.starts_with("error: The server of this tool"), "{away}");
}

#[tokio::test]
async fn a_process_that_reads_nothing_any_more_ends_all_the_same() {
    let servers = servers_within(&[("python", McpPeer::python().as_process())], soon());
    assert!(!names(&servers).await.is_empty());
    let process = said(&servers, "process", json!({})).await;
    // More than a pipe holds: the last of them is never written whole.
    let much = json!({"name": "x".repeat(100_000)});
    let freezing = said(&servers, "freeze", json!({}));
    let asking = (0..4).map(|_| said(&servers, "environment", much.clone()));
    let (frozen, _) = futures::future::join(freezing, futures::future::join_all(asking)).await;
    assert!(frozen.starts_with("error: The"), "{frozen}");
    servers.shut_down().await;
    all_ended(&[process]).await;
}

#[tokio::test]
async fn a_call_that_a_server_over_http_refuses_ends_no_other() {
    let servers = servers_within(&[("node", McpPeer::node().over_http())], soon());
    assert!(!names(&servers).await.is_empty());
    let hanging = said(&servers, "hang", json!({}));
    let refused = async {
        // More than it takes in one request.
        let said = said(&servers, "count", json!({"much": "x".repeat(200 * 1024)})).await;
        assert!(said.contains("failed in the middle of the call"), "{said}");
    };
    let (hung, ()) = futures::future::join(hanging, refused).await;
    assert_eq!(hung, "error: The tool said nothing for 1.5 seconds.");
    servers.shut_down().await;
}

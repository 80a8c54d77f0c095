//! Servers that say nonsense, over both transports: it costs the call, or the server, and neither memory nor connections.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wenshu_testkit::{McpPeer, ScriptedMcp};
use wenshu_tools::{McpServers, ServerTimes};

use crate::support::{names, said, servers_within, soon};

/// What this process may grow by while it reads nonsense: a few messages of the longest that there are, as bytes and as JSON. What is
/// read without a limit is more within a second.
const MOST_GROWTH: u64 = 256 * 1024 * 1024;

/// The most memory that this process has taken so far, in bytes.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Checks that memory has grown by no more than is allowed since then.
fn memory_has_stayed(before: u64, what: &str) {
    let grown = highest_memory() - before;
    assert!(grown <= MOST_GROWTH, "{what}: {} MiB more", grown / (1024 * 1024));
}

/// Times in which an opening without end is over soon.
fn quick() -> ServerTimes {
    ServerTimes { opening: Duration::from_millis(1_500), ..soon() }
}

/// A server that answers calls of `count`, from 1 on.
async fn next_count(servers: &McpServers) -> u32 {
    let counted = said(servers, "count", json!({})).await;
    counted.parse().unwrap_or_else(|_| panic!("{counted}"))
}

/// Waits until nothing is read any more that has no end.
async fn nothing_is_read(server: &ScriptedMcp, what: &str) {
    let over = async {
        while server.endless() > 0 {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), over).await;
    assert!(waited.is_ok(), "{what}: {} answers are still being read", server.endless());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_answered_over_http_with_nonsense_costs_that_call() {
    let server = ScriptedMcp::start().await;
    let servers = servers_within(&[("scripted", server.entry("mcp"))], soon());
    assert_eq!(names(&servers).await, ["count", "nonsense"]);
    let before = highest_memory();
    let mut counted = 0;
    for kind in ScriptedMcp::THAT_END.into_iter().chain(ScriptedMcp::ENDLESS).chain(["malformed"]) {
        let begun = Instant::now();
        let failed = said(&servers, "nonsense", json!({"kind": kind})).await;
        assert!(
            failed.starts_with("error: The server of this tool failed in the middle of the call")
                || failed == "error: The tool said nothing for 1.5 seconds.",
            "{kind}: {failed}"
        );
        assert!(begun.elapsed() < Duration::from_secs(15), "{kind}: {:?}", begun.elapsed());
        counted += 1;
        assert_eq!(next_count(&servers).await, counted, "{kind}");
        nothing_is_read(&server, kind).await;
        memory_has_stayed(before, kind);
    }
    assert_eq!(server.strayed(), 0, "nobody was sent elsewhere, with our headers");
    servers.shut_down().await;
}

/// Checks that a server that speaks each sort of nonsense in this place can't be used.
async fn is_no_server(place: &str) {
    let before = highest_memory();
    for kind in ScriptedMcp::THAT_END.into_iter().chain(ScriptedMcp::ENDLESS).chain(["malformed"]) {
        let server = ScriptedMcp::start().await;
        let path = format!("{place}/{kind}");
        let servers = servers_within(&[("scripted", server.entry(&path))], quick());
        let begun = Instant::now();
        assert_eq!(names(&servers).await, Vec::<String>::new(), "{path}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{path}: {:?}", begun.elapsed());
        let [(_, why)] = &servers.look().await[..] else { panic!("one server") };
        let why = why.as_ref().unwrap_err().to_string();
        assert!(why.contains("speaks no MCP") || why.contains("didn't open in time"), "{path}: {why}");
        servers.shut_down().await;
        memory_has_stayed(before, &path);
        assert_eq!(server.strayed(), 0, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_opens_over_http_with_nonsense_is_no_server() {
    is_no_server("opening").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lists_its_tools_over_http_with_nonsense_is_no_server() {
    is_no_server("listing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_tools_without_end_is_read_as_far_as_tools_are_offered() {
    let server = ScriptedMcp::start().await;
    let servers = servers_within(&[("scripted", server.entry("listing/pages"))], soon());
    let before = highest_memory();
    let begun = Instant::now();
    let offered = names(&servers).await;
    assert_eq!(offered.len(), 128);
    assert_eq!((offered[0].as_str(), offered[127].as_str()), ("tool_0_0", "tool_12_7"));
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    memory_has_stayed(before, "pages");
    servers.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_answers_a_call_with_nonsense_costs_that_call() {
    // Written and read by a busy machine, the longest line takes its time.
    let times = ServerTimes { sign_of_life: Duration::from_secs(30), ..soon() };
    let servers = servers_within(&[("python", McpPeer::python().as_process())], times);
    assert!(!names(&servers).await.is_empty());
    let before = highest_memory();
    let mut counted = 0;
    for result in ["{\"content\": \"no list\"}", "{\"tools\": []}", "7", "null", "[]"] {
        let failed = said(&servers, "malformed", json!({"result": result})).await;
        assert!(
            failed.starts_with("error: The server of this tool failed in the middle of the call")
                || failed == "error: The tool said nothing for 1.5 seconds.",
            "{result}: {failed}"
        );
        counted += 1;
        assert_eq!(next_count(&servers).await, counted, "the same process after {result}");
    }
    assert_eq!(said(&servers, "huge", json!({})).await, "error: The tool said nothing for 1.5 seconds.");
    assert_eq!(next_count(&servers).await, counted + 1, "the same process");
    servers.shut_down().await;
    memory_has_stayed(before, "a huge line");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_never_ends_what_it_says_is_started_anew() {
    let servers = servers_within(&[("python", McpPeer::python().as_process())], soon());
    assert!(!names(&servers).await.is_empty());
    let before = highest_memory();
    let long = "x".repeat(65_536);
    for what in [
        long.as_str(),
        "nonsense\n",
        "{\"jsonrpc\": \"2.0\", \"method\": \"notifications/tools/list_changed\"}\n",
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}\n",
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"no/such\"}\n",
    ] {
        let failed = said(&servers, "flood", json!({"what": what})).await;
        assert!(failed.starts_with("error: The "), "{failed}");
        let what: String = what.chars().take(80).collect();
        memory_has_stayed(before, &what);
        assert_eq!(next_count(&servers).await, 1, "another process, after {what:?}");
    }
    servers.shut_down().await;
    memory_has_stayed(before, "all of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_opens_with_nonsense_is_no_server() {
    let shell = |script: &str| json!({"command": "sh", "args": ["-c", script]});
    let before = highest_memory();
    for (what, script) in [
        ("a line without end", "exec tr '\\0' x </dev/zero"),
        ("lines without end", "exec yes nonsense"),
        ("zeros without end", "exec cat /dev/zero"),
        ("messages of nobody without end", r#"exec yes '{"jsonrpc": "2.0", "id": 77, "result": {}}'"#),
        (
            "notifications without end",
            r#"exec yes '{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}'"#,
        ),
        ("requests without end", r#"exec yes '{"jsonrpc": "2.0", "id": 1, "method": "ping"}'"#),
    ] {
        let entry: Value = shell(script);
        let servers = servers_within(&[("flood", entry)], quick());
        let begun = Instant::now();
        assert_eq!(names(&servers).await, Vec::<String>::new(), "{what}");
        servers.shut_down().await;
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}: {:?}", begun.elapsed());
        memory_has_stayed(before, what);
    }
}

//! Servers that say nonsense, over both transports: it costs the call, or the server, and neither memory nor connections.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wenshu_testkit::ScriptedMcp;
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

//! Servers that list their tools otherwise than they should.

use std::time::Duration;

use serde_json::{Value, json};
use wenshu_testkit::McpPeer;
use wenshu_tools::ServerTimes;

use crate::support::{names, patient, said, servers, servers_within};

/// A server that lists its tools in this way.
fn listing(way: &str) -> Value {
    let mut entry = McpPeer::node().as_process();
    entry["env"]["PEER_LIST"] = json!(way);
    entry
}

#[tokio::test]
async fn a_list_that_never_ends_is_read_as_far_as_it_says_something_new() {
    for way in ["endless", "empty_cursor"] {
        let servers = servers(&[("node", listing(way))]);
        assert_eq!(names(&servers).await, ["count"], "{way}");
        assert_eq!(said(&servers, "count", json!({})).await, "1", "{way}");
        servers.shut_down().await;
    }
}

#[tokio::test]
async fn one_that_offered_nothing_is_asked_again() {
    for times in [
        ServerTimes { fresh: Duration::ZERO, ..patient() },
        // As soon as one that couldn't be opened.
        ServerTimes { rest: Duration::ZERO, ..patient() },
    ] {
        let servers = servers_within(&[("node", listing("late"))], times);
        assert_eq!(names(&servers).await, Vec::<String>::new());
        while names(&servers).await != ["count"] {
            tokio::task::yield_now().await;
        }
        servers.shut_down().await;
    }
}

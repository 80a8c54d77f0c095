//! Who drops a reply ends the request at the provider, at once.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::Instant;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply};

use crate::support::{client_of, question, text};

/// How soon a stop must be noticed at the other end.
const SOON: Duration = Duration::from_millis(100);

/// How often that is measured. The median counts, since a busy machine may hold up any one of them.
const ROUNDS: usize = 5;

/// Asserts that stops are noticed soon.
fn assert_soon(mut noticed: Vec<Duration>) {
    noticed.sort();
    assert!(noticed[ROUNDS / 2] < SOON, "{noticed:?}");
}

#[tokio::test]
async fn in_the_middle_of_a_reply() {
    let server = ScriptedModel::start().await;
    let gate = Gate::closed();
    server.always(ScriptedReply::pieces(["a", "b", "c"]).gated(&gate));
    let model = client_of(&server);
    let mut noticed = Vec::new();
    for round in 1..=ROUNDS {
        gate.let_go(1);
        let mut reply = model.reply(question("hi")).await.unwrap();
        assert_eq!(reply.parts.next().await.unwrap().unwrap(), text("a"));
        let dropped = Instant::now();
        drop(reply);
        server.disconnected(round).await;
        noticed.push(dropped.elapsed());
    }
    assert_soon(noticed);
    assert_eq!(server.requests().len(), ROUNDS);
}

#[tokio::test]
async fn before_the_first_part() {
    let server = ScriptedModel::start().await;
    server.when("silent").reply(ScriptedReply::never());
    server.when("waiting").reply(ScriptedReply::pieces(["a"]).gated(&Gate::closed()));
    let model = client_of(&server);
    let mut count = 0;
    for text in ["silent", "waiting"] {
        let mut noticed = Vec::new();
        for _ in 0..ROUNDS {
            count += 1;
            tokio::select! {
                _ = model.reply(question(text)) => panic!("there is no reply"),
                () = server.asked(count) => {}
            }
            let dropped = Instant::now();
            server.disconnected(count).await;
            noticed.push(dropped.elapsed());
        }
        assert_soon(noticed);
    }
}

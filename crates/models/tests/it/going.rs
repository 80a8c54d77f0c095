//! Who drops a reply ends the request at the provider, at once.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::timeout;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply};

use crate::support::{client_of, question, text};

/// How soon a stop must be noticed at the other end.
const SOON: Duration = Duration::from_millis(100);

#[tokio::test]
async fn in_the_middle_of_a_reply() {
    let server = ScriptedModel::start().await;
    let gate = Gate::closed();
    server.always(ScriptedReply::pieces(["a", "b", "c"]).gated(&gate));
    let model = client_of(&server);
    for round in 1..=3 {
        gate.let_go(1);
        let mut reply = model.reply(question("hi")).await.unwrap();
        assert_eq!(reply.parts.next().await.unwrap().unwrap(), text("a"));
        drop(reply);
        timeout(SOON, server.disconnected(round)).await.expect("the server notices");
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn before_the_first_part() {
    let server = ScriptedModel::start().await;
    server.when("silent").reply(ScriptedReply::never());
    server.when("waiting").reply(ScriptedReply::pieces(["a"]).gated(&Gate::closed()));
    let model = client_of(&server);
    for (round, text) in ["silent", "waiting"].iter().enumerate() {
        let asking = model.reply(question(text));
        tokio::select! {
            _ = asking => panic!("there is no reply"),
            () = server.asked(round + 1) => {}
        }
        timeout(SOON, server.disconnected(round + 1)).await.expect("the server notices");
    }
}

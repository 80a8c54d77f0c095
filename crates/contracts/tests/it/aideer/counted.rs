//! What a provider has counted of a reply that isn't whole is booked, and nothing beside it.

use serde_json::json;
use wenshu_testkit::{ScriptedModel, ScriptedReply};

use super::exact::{CREDITS, begin, builder, greeting, over, prepare, read_until};
use super::support::fine;

/// A model whose tokens are larger than those of the rule of thumb.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_has_counted_is_not_estimated() {
    let model = ScriptedModel::start().await;
    let app = builder(&model).start().await;
    let (ann, chats) = prepare(&app, 1, CREDITS).await;
    let pieces = ["一二三四", "五六七八", "九十"];
    for is_stopped in [true, false] {
        fine(ann.put(&format!("/api/v1/chats/{}", chats[0]), &greeting()).await).await;
        let reply = ScriptedReply::pieces(pieces).usage(7, 11).reporting();
        model.always(if is_stopped { reply.then_hang() } else { reply.cut() });
        let charged = model.charged();
        let task = begin(&ann, &chats[0]).await;
        if is_stopped {
            read_until(&app, &task, &pieces.concat()).await;
            fine(ann.post("/api/v1/chat/stop", &json!({"conversation_id": chats[0]})).await).await;
        }
        assert_eq!(over(&app, &task).await["token_cost"], 10, "stopped: {is_stopped}");
        assert_eq!(model.charged() - charged, 10);
    }
}

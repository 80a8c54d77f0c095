//! One harness for the crate: what WeChat may answer, and what comes out of it.

use std::time::Duration;

use wenshu_core::accounts::{WeChat as _, WeChatFault, WeChatTrouble};
use wenshu_testkit::{WeChatMood, WeChatServer};
use wenshu_wechat::{WeChatClient, WeChatSettings};

#[tokio::test]
async fn a_code_is_exchanged_once() {
    let server = WeChatServer::start().await;
    let client = server.client();
    server.give_code("code 1&x=y", "person-1");
    assert_eq!(client.identify("code 1&x=y").await.unwrap().open_id, "person-1");
    assert_eq!(client.identify("code 1&x=y").await, Err(WeChatFault::BadCode));
    assert_eq!(client.identify("never given").await, Err(WeChatFault::BadCode));
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let server = WeChatServer::start().await;
    let client = server.client();
    let not_wechat = WeChatFault::Unreachable(WeChatTrouble::NotWeChat);
    for (mood, expected) in [
        (WeChatMood::Code(40_226), WeChatFault::BadCode),
        (WeChatMood::Code(-1), WeChatFault::Busy),
        (WeChatMood::Code(45_011), WeChatFault::Busy),
        (WeChatMood::Code(40_125), WeChatFault::Refused(40_125)),
        (WeChatMood::Code(0), not_wechat),
        (WeChatMood::Says(502, "<html>".into()), WeChatFault::Unreachable(WeChatTrouble::Status)),
        (WeChatMood::Says(200, "<html>".into()), not_wechat),
        (WeChatMood::Says(200, "{}".into()), not_wechat),
        (WeChatMood::Says(200, r#"{"openid":""}"#.into()), not_wechat),
        (WeChatMood::Says(200, "x".repeat(70_000)), not_wechat),
        (WeChatMood::Silent, WeChatFault::Unreachable(WeChatTrouble::Timeout)),
    ] {
        server.set_mood(mood.clone());
        assert_eq!(client.identify("code").await, Err(expected), "{mood:?}");
    }
    let settings = WeChatSettings { base_url: "http://127.0.0.1:1/".parse().unwrap(), ..server.settings() };
    let nowhere = WeChatClient::new(settings).unwrap();
    assert_eq!(nowhere.identify("code").await, Err(WeChatFault::Unreachable(WeChatTrouble::NoConnection)));
}

#[tokio::test]
async fn the_secret_must_be_right_and_is_not_printed() {
    let server = WeChatServer::start().await;
    let settings = WeChatSettings {
        secret: "another-secret".to_owned().into(),
        timeout: Duration::from_secs(5),
        ..server.settings()
    };
    let client = WeChatClient::new(settings.clone()).unwrap();
    assert_eq!(client.identify("code").await, Err(WeChatFault::Refused(40_125)));
    for printed in [format!("{settings:?}"), format!("{client:?}")] {
        assert!(!printed.contains("another-secret"), "{printed}");
    }
}

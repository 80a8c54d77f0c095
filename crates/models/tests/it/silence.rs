//! Nothing of what is said to a model, or by it, reaches our log, whatever level is turned on.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::Level;
use wenshu_testkit::{ScriptedModel, ScriptedReply};

use crate::support::{KEY, ask, client_of};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn at_every_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let server = ScriptedModel::start().await;
    let error = json!({ "message": "a provider's words" });
    server.when("fails").reply(ScriptedReply::pieces(["a reply's words"]).and_error(&error));
    let model = client_of(&server);
    ask(&*model, "a question's words").await;
    ask(&*model, "a question's words, and it fails").await;
    tracing::trace!("the log is on");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is on"));
    for words in [KEY, "a question's words", "a reply's words", "a provider's words"] {
        assert!(!log.contains(words), "{words}: {log}");
    }
}

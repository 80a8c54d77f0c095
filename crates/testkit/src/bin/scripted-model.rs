//! The scripted language model as a program of its own, for tests that aren't written in Rust: those of the web page.
//!
//! Says its base URL on the first line of stdout, takes a rule on each line of stdin, and ends with it. A rule is
//! `{"when": "text in the question", "pieces": ["…"], "pace_milliseconds": 100}`; a rule without `when` is for everything else. Each
//! rule that was taken is answered by a line `ok`.

#![expect(clippy::print_stdout, reason = "the program that started it reads there")]

use std::io::{self, BufRead};
use std::time::Duration;

use serde_json::Value;
use wenshu_testkit::{ScriptedModel, ScriptedReply};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let model = runtime.block_on(ScriptedModel::start());
    println!("{}", model.url());
    for line in io::stdin().lock().lines() {
        let rule: Value = serde_json::from_str(&line?)?;
        let pieces = rule["pieces"].as_array().ok_or("a rule has pieces")?.iter();
        let pieces = pieces.map(|piece| piece.as_str().unwrap_or_default());
        let mut reply = ScriptedReply::pieces(pieces);
        if let Some(pace) = rule["pace_milliseconds"].as_u64().filter(|pace| *pace > 0) {
            reply = reply.paced(Duration::from_millis(pace));
        }
        match rule["when"].as_str() {
            Some(text) => model.when(text).reply(reply),
            None => model.always(reply),
        }
        println!("ok");
    }
    Ok(())
}

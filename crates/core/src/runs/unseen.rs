//! The rest of a run for a reader who has its beginning from the store, where all that was shown comes before all that was said: what of it
//! the reader has is left out, wherever it stands among the events.

use std::future::ready;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;

use super::bus::RunLog;
use super::event::Parts;
use super::{EventId, NumberedEvent, RunEvent, Seen};

/// The events that a reader hasn't seen who has seen this, those to come included.
pub(super) fn follow(log: &Arc<RunLog>, mut seen: Seen) -> BoxStream<'static, NumberedEvent> {
    let (place, text_place) = (log.place_after(seen), log.text_place_after(seen));
    let mut shown = log.seen_at(place);
    let unseen = log.follow(place).filter_map(move |NumberedEvent { id, event }| {
        let is_unseen = match event.as_ref() {
            // How far it was isn't a part of the answer.
            RunEvent::Progress { .. } | RunEvent::Sql { .. } => true,
            RunEvent::TextTakenBack { .. } if id.place > text_place => {
                // What comes now takes its place, and is not what was read.
                seen.text = seen.text.min(id.seen.text);
                true
            }
            RunEvent::Text(_) | RunEvent::TextTakenBack { .. } => id.place > text_place,
            event => {
                shown.add(event);
                !seen.includes(event, shown.results)
            }
        };
        // Who comes back once more before all of it has passed has seen that too; the place says nothing of it.
        let id = if id.seen.covers(seen) { id } else { EventId { seen: joined(id.seen, seen), ..id } };
        ready(is_unseen.then_some(NumberedEvent { id, event }))
    });
    unseen.boxed()
}

fn joined(seen: Seen, before: Seen) -> Seen {
    let joined = seen.joined(before);
    Seen { parts: joined.parts.and(Parts::STORED), ..joined }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;
    use serde_json::value::RawValue;
    use uuid::Uuid;
    use wenshu_answer::{Chart, ChartType, Language, ToolCall, ToolStatus};

    use super::*;
    use crate::runs::bus::{Bus, LogSubject};
    use crate::runs::{ResultTable, Usage};

    fn told(event: &RunEvent) -> String {
        match event {
            RunEvent::Text(text) => text.clone(),
            RunEvent::Rows { sql, .. } => format!("[{sql}]"),
            RunEvent::Chart(_) => "[chart]".to_owned(),
            RunEvent::Tool(call) => format!("[{:?} {}]", call.status, call.number),
            RunEvent::Finished { .. } => "[end]".to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn who_comes_from_the_store_is_shown_nothing_twice_and_misses_nothing() {
        let data = RawValue::from_string("[]".to_owned()).unwrap();
        let table = ResultTable {
            columns: Arc::from([]),
            data: Arc::from(data),
            rows: 0,
            truncated: false,
            elapsed: Duration::ZERO,
        };
        let rows = |sql: &str| RunEvent::Rows { sql: sql.to_owned(), table: table.clone() };
        let chart = || {
            RunEvent::Chart(Chart {
                kind: ChartType::Bar,
                title: String::new(),
                x: String::new(),
                labels: Vec::new(),
                series: Vec::new(),
                points_cut: 0,
            })
        };
        let text = |words: &str| RunEvent::Text(words.to_owned());
        let call = |number, status| {
            RunEvent::Tool(ToolCall { number, name: "query_data".to_owned(), arguments: Value::Null, status })
        };
        let end = || RunEvent::Finished { message: None, number: None, usage: Usage::default() };
        let log = Bus::new(Duration::from_secs(60), 1_000_000).open(LogSubject {
            run: Uuid::from_u128(1),
            owner: Uuid::from_u128(2),
            conversation: Uuid::from_u128(3),
            conversation_number: 1,
            language: Language::Zh,
            request: 0,
        });
        for event in [
            text("我查一下。"),
            call(1, ToolStatus::Running),
            rows("one"),
            chart(),
            call(1, ToolStatus::Ok),
            text("再查一下。"),
            call(2, ToolStatus::Running),
            rows("two"),
            call(2, ToolStatus::Ok),
            text("就是"),
            text("这样。"),
            end(),
        ] {
            log.append(event);
        }
        // As the store tells it.
        let stored = [
            call(1, ToolStatus::Ok),
            rows("one"),
            chart(),
            call(2, ToolStatus::Ok),
            rows("two"),
            text("我查一下。"),
            text("再查一下。就是"),
        ];
        let rests = [
            "我查一下。[one][chart]再查一下。[Running 2][two][Ok 2]就是这样。[end]",
            "我查一下。[chart]再查一下。[Running 2][two][Ok 2]就是这样。[end]",
            "我查一下。再查一下。[Running 2][two][Ok 2]就是这样。[end]",
            "我查一下。再查一下。[two]就是这样。[end]",
            "我查一下。再查一下。就是这样。[end]",
            "再查一下。就是这样。[end]",
            "这样。[end]",
        ];
        let mut seen = Seen { parts: Parts::STORED, ..Seen::default() };
        for (event, expected) in stored.iter().zip(rests) {
            if let RunEvent::Text(words) = event {
                seen.text += words.len() as u64;
            }
            seen.add(event);
            let rest: Vec<NumberedEvent> = follow(&log, seen).collect().await;
            let all: Vec<String> = rest.iter().map(|event| told(&event.event)).collect();
            assert_eq!(all.concat(), expected, "{seen:?}");
            // Cut again anywhere, it goes on from there.
            for (place, event) in rest.iter().enumerate() {
                let is_of_store = event.id.seen.parts.include(Parts::STORED);
                let again: Vec<NumberedEvent> = if is_of_store {
                    follow(&log, event.id.seen).collect().await
                } else {
                    log.follow(event.id.place).collect().await
                };
                let again: Vec<String> = again.iter().map(|event| told(&event.event)).collect();
                let mut expected = all[place + 1..].to_vec();
                // A call that was seen to begin is told once more, with its end.
                if matches!(&*event.event, RunEvent::Tool(call) if call.status == ToolStatus::Running)
                    && is_of_store
                {
                    expected.insert(0, told(&event.event));
                }
                assert_eq!(again, expected, "{seen:?} {:?}", event.id);
            }
        }
    }
}

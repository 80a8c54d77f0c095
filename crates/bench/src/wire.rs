//! OpenAI's streaming format, as bytes that are made once: what the scripted model sends.

/// The words of a reply, one piece each.
pub(crate) const PIECES: [&str; 33] = [
    "问数",
    "回答",
    "关于",
    "数据",
    "的",
    "问题",
    "：",
    "用",
    "中文",
    "或",
    "英文",
    "提问",
    "，",
    "它会",
    "找到",
    "相关",
    "的",
    "数据表",
    "，",
    "写出",
    "只读",
    "的",
    "查询",
    "，",
    "执行",
    "之后",
    "返回",
    "数据",
    "、",
    "图表",
    "和",
    "简短",
    "说明到此。",
];

/// The last piece: whoever has it has all before it.
pub(crate) const LAST_PIECE: &str = PIECES[PIECES.len() - 1];

/// Answered in words.
pub(crate) const WORDS_QUESTION: &str = "请介绍一下你自己";

/// Answered with a query, then with words about its rows.
pub(crate) const SQL_QUESTION: &str = "各城市的客户数量";

/// Answered in words that come twenty times a second, each with the time at which it left.
pub(crate) const PACED_QUESTION: &str = "请慢慢讲一个故事";

/// Stands in the query and in no question: who is asked with it is asked about the query's rows.
pub(crate) const COLUMN: &str = "bench_customers";

/// In front of a piece's time.
pub(crate) const STAMP_MARK: u8 = b'@';

/// Digits of a piece's time: the last ones of the microseconds of the machine's steady clock. They come again after a quarter of an
/// hour; more of them would make the pieces longer than a model's are.
pub(crate) const STAMP_DIGITS: usize = 9;

/// When a piece's time comes again.
pub(crate) const STAMP_CIRCLE: u64 = 1_000_000_000;

/// The head of a streamed reply.
pub(crate) const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
    cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

/// A reply as the parts that are written one by one; the head belongs to the first.
pub(crate) struct Reply {
    pub(crate) parts: Vec<Vec<u8>>,
}

impl Reply {
    /// Words.
    pub(crate) fn words() -> Self {
        Self::of(PIECES.iter().map(|piece| delta(&serde_json::json!({ "content": piece }))), "stop")
    }

    /// A query, as a call of the tool that was offered.
    pub(crate) fn tool_call() -> Self {
        let function = serde_json::json!({ "name": "run_sql", "arguments": serde_json::json!({ "sql": sql() }).to_string() });
        let call =
            serde_json::json!({ "index": 0, "id": "call_1", "type": "function", "function": function });
        Self::of([delta(&serde_json::json!({ "tool_calls": [call] }))].into_iter(), "tool_calls")
    }

    /// A query in a fence, for who offered no tool.
    pub(crate) fn fence() -> Self {
        let text = format!("```sql\n{}\n```", sql());
        Self::of([delta(&serde_json::json!({ "content": text }))].into_iter(), "stop")
    }

    fn of(deltas: impl Iterator<Item = String>, finish: &str) -> Self {
        let mut parts: Vec<Vec<u8>> = deltas.map(|event| chunk(&event)).collect();
        if let Some(first) = parts.first_mut() {
            first.splice(0..0, HEAD.iter().copied());
        }
        parts.push(end(finish));
        Self { parts }
    }
}

/// What ends a reply: the reason, the usage, and the end of the stream.
pub(crate) fn end(finish: &str) -> Vec<u8> {
    let choice = serde_json::json!({ "index": 0, "delta": {}, "finish_reason": finish });
    let usage = serde_json::json!({ "prompt_tokens": 420, "completion_tokens": 66, "total_tokens": 486 });
    let events = [
        event(&serde_json::json!([choice]), &serde_json::Value::Null),
        event(&serde_json::json!([]), &usage),
        "data: [DONE]\n\n".to_owned(),
    ];
    let mut bytes = chunk(&events.concat());
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// A piece of the paced reply, and where in it the digits of its time stand.
pub(crate) fn stamped() -> (Vec<u8>, std::ops::Range<usize>) {
    let text = format!("{}{}", char::from(STAMP_MARK), "0".repeat(STAMP_DIGITS));
    let bytes = chunk(&delta(&serde_json::json!({ "content": text })));
    let start = memchr::memchr(STAMP_MARK, &bytes).map_or(0, |place| place + 1);
    (bytes, start..start + STAMP_DIGITS)
}

fn sql() -> String {
    format!("SELECT city, COUNT(*) AS {COLUMN} FROM customers GROUP BY city ORDER BY city")
}

fn delta(delta: &serde_json::Value) -> String {
    let choice = serde_json::json!({ "index": 0, "delta": delta, "finish_reason": null });
    event(&serde_json::json!([choice]), &serde_json::Value::Null)
}

fn event(choices: &serde_json::Value, usage: &serde_json::Value) -> String {
    let data = serde_json::json!({
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "bench",
        "choices": choices,
        "usage": usage,
    });
    format!("data: {data}\n\n")
}

fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{LAST_PIECE, PIECES, Reply, STAMP_DIGITS, stamped};

    #[test]
    fn a_reply_is_one_chunk_for_each_piece_and_an_end() {
        let reply = Reply::words();
        assert_eq!(reply.parts.len(), 34);
        assert!(reply.parts[0].starts_with(b"HTTP/1.1 200 OK\r\n"));
        assert!(reply.parts[33].ends_with(b"data: [DONE]\n\n\r\n0\r\n\r\n"));
        assert_eq!(PIECES.iter().filter(|piece| **piece == LAST_PIECE).count(), 1);
    }

    #[test]
    fn a_stamp_is_digits_of_a_known_place() {
        let (bytes, place) = stamped();
        assert_eq!(place.len(), STAMP_DIGITS);
        assert!(bytes[place].iter().all(|byte| *byte == b'0'));
    }
}

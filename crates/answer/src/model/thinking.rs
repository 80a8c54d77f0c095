//! Leaves out what a model thinks aloud at the start of its reply, between `<think>` and `</think>`.
//!
//! Providers that know better send thinking apart; servers that pass on what an open model writes don't. Where the prompt's template has
//! opened the thinking already, a reply has the closing tag alone: then all before it was no reply. That happens once, at the end of the
//! thinking there is: behind it, in code and in pairs, tags are the reply's own.

/// Tags that open thinking, each with the one that closes it.
const TAGS: [(&str, &str); 3] =
    [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>")];

/// Takes a reply piece by piece and gives back what isn't thinking. What a piece costs depends on the piece, not on what came before.
#[derive(Debug, Default)]
pub(crate) struct ThinkingFilter {
    state: State,
    held: String,
    /// White space at the start, which is the reply's own if no thinking follows.
    space: String,
    /// Whether there was some: white space behind it belongs to the model's template.
    has_thought: bool,
    /// Whether what was given back before has turned out to be thinking.
    takes_back: bool,
    /// Whether a tag within the reply was opened and not closed yet.
    is_open: bool,
    /// Whether the reply is within backquotes, by what was given back of it.
    is_code: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Nothing but white space, or a part of a tag, has come.
    #[default]
    Start,
    /// Within thinking that this closes.
    Thinking(&'static str),
    /// Behind it, or there was none.
    Reply,
}

impl ThinkingFilter {
    /// What of the next piece is reply. Empty while that isn't known yet.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        if matches!(self.state, State::Reply) && self.held.is_empty() && !piece.contains(['<', '`']) {
            return piece.to_owned();
        }
        let mut reply = String::new();
        let mut takes_back = false;
        for part in parts(piece) {
            let text = self.read(part);
            if std::mem::take(&mut self.takes_back) {
                reply.clear();
                takes_back = true;
            }
            reply.push_str(&text);
        }
        self.takes_back = takes_back;
        reply
    }

    /// Says that thinking has come apart from the reply.
    pub(crate) fn note_thinking(&mut self) {
        self.has_thought = true;
    }

    fn read(&mut self, part: &str) -> String {
        self.held.push_str(part);
        loop {
            match self.state {
                State::Start => {
                    let space = self.held.len() - self.held.trim_start().len();
                    self.space.extend(self.held.drain(..space));
                    if self.has_thought {
                        self.space.clear();
                    }
                    let text = self.held.as_str();
                    if let Some((open, close)) = TAGS.iter().find(|(open, _)| text.starts_with(open)) {
                        self.held.drain(..open.len());
                        self.space.clear();
                        self.state = State::Thinking(close);
                    } else if TAGS.iter().any(|(open, _)| open.starts_with(text)) {
                        return String::new();
                    } else {
                        self.held.insert_str(0, &std::mem::take(&mut self.space));
                        self.state = State::Reply;
                    }
                }
                State::Thinking(close) => {
                    let Some(end) = self.held.find(close) else {
                        // Only the last bytes may be the start of the closing tag.
                        let keep = self.held.len().saturating_sub(close.len());
                        let keep = (keep..=self.held.len())
                            .find(|at| self.held.is_char_boundary(*at))
                            .unwrap_or(self.held.len());
                        self.held.drain(..keep);
                        return String::new();
                    };
                    self.held.drain(..end + close.len());
                    self.has_thought = true;
                    self.state = State::Start;
                }
                State::Reply => {
                    let mut searched = 0;
                    while let Some((start, end, closes)) = next_tag(&self.held, searched) {
                        self.is_code ^= changes_code(&self.held[searched..start]);
                        if self.is_code || self.has_thought {
                            searched = end;
                            continue;
                        }
                        if closes && !self.is_open {
                            self.held.drain(..end);
                            self.has_thought = true;
                            self.takes_back = true;
                            self.state = State::Start;
                            break;
                        }
                        self.is_open = !closes;
                        searched = end;
                    }
                    if matches!(self.state, State::Start) {
                        continue;
                    }
                    // What may be the start of a tag waits for the rest.
                    let begun = self.held.rfind('<').filter(|at| {
                        let rest = &self.held[*at..];
                        TAGS.iter().any(|(open, close)| {
                            [open, close].iter().any(|tag| tag.len() > rest.len() && tag.starts_with(rest))
                        })
                    });
                    let rest = begun.map(|at| self.held.split_off(at)).unwrap_or_default();
                    self.is_code ^= changes_code(self.held.get(searched..).unwrap_or_default());
                    return std::mem::replace(&mut self.held, rest);
                }
            }
        }
    }

    /// Whether all that was given back before the last piece has turned out to be thinking; says so once.
    pub(crate) fn takes_back(&mut self) -> bool {
        std::mem::take(&mut self.takes_back)
    }

    /// What was held back when the reply ended: text that only looked like the start of a tag.
    pub(crate) fn finish(&mut self) -> String {
        match self.state {
            State::Thinking(_) => String::new(),
            _ => std::mem::take(&mut self.space) + &std::mem::take(&mut self.held),
        }
    }
}

/// How much is looked at at once, in bytes: what is taken off its beginning, again and again, moves the rest.
const PART: usize = 512;

/// A text in parts that are short.
pub(super) fn parts(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = (PART.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at))?;
        let (part, rest) = text.split_at(end);
        text = rest;
        (!part.is_empty()).then_some(part)
    })
}

/// Whether a text begins or ends code, so that what follows it is code where what came before was none, and the other way round.
fn changes_code(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'`').count() % 2 == 1
}

/// Where the first tag from this place on begins and ends, and whether it is a closing one.
fn next_tag(text: &str, from: usize) -> Option<(usize, usize, bool)> {
    text.get(from..)?.match_indices('<').find_map(|(at, _)| {
        let rest = &text[from + at..];
        let place =
            |tag: &str, closes| rest.starts_with(tag).then(|| (from + at, from + at + tag.len(), closes));
        TAGS.iter().find_map(|(open, close)| place(open, false).or_else(|| place(close, true)))
    })
}

#[cfg(test)]
mod tests {
    use super::ThinkingFilter;

    fn filtered(pieces: &[&str]) -> String {
        let mut filter = ThinkingFilter::default();
        let mut text: String = pieces.iter().map(|piece| filter.push(piece)).collect();
        text.push_str(&filter.finish());
        text
    }

    #[test]
    fn thinking_is_left_out_however_it_is_cut() {
        let whole = "\n<think>先看表 orders……\n</thin 还没完</think>\n\n答案是 <b>5</b>";
        let boundaries: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
        for first in &boundaries {
            for second in boundaries.iter().filter(|at| *at >= first) {
                let pieces = [&whole[..*first], &whole[*first..*second], &whole[*second..]];
                assert_eq!(filtered(&pieces), "答案是 <b>5</b>", "{pieces:?}");
            }
        }
    }

    #[test]
    fn what_is_no_thinking_passes() {
        for text in ["", "5 < 6", "<thinner>", "答案<think>x</think>", "<thi", " a"] {
            assert_eq!(filtered(&[text]), text);
        }
        assert_eq!(filtered(&["<think>never ends"]), "");
        assert_eq!(filtered(&["<think>a</think><think>b</think>c"]), "c");
    }

    #[test]
    fn a_reply_that_takes_its_time_to_begin_costs_no_more_than_another() {
        let mut filter = ThinkingFilter::default();
        let begun = std::time::Instant::now();
        for _ in 0..1_000_000 {
            assert_eq!(filter.push("\n"), "");
        }
        assert!(filter.push("a").ends_with("\na"));
        let pairs = "<think></think>".repeat(50_000);
        assert_eq!(filter.push(&pairs), pairs);
        assert_eq!(ThinkingFilter::default().push(&pairs), "");
        // Reading all of it again at each piece would take minutes.
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_piece_of_the_reply_is_given_back_at_once() {
        let mut filter = ThinkingFilter::default();
        assert_eq!(filter.push("你好"), "你好");
        assert_eq!(filter.push("<think>"), "<think>");
        assert_eq!(filter.push("</think>"), "</think>");
        assert_eq!(filter.push("a < b"), "a < b");
        assert!(!filter.takes_back());
    }

    #[test]
    fn what_follows_a_closing_tag_is_whole_however_long_the_piece_is() {
        let answer = "a long answer, ".repeat(100);
        let mut filter = ThinkingFilter::default();
        assert_eq!(filter.push("hm "), "hm ");
        assert_eq!(filter.push(&format!("hm</think>{answer}")) + &filter.finish(), answer);
        assert!(filter.takes_back());
    }

    #[test]
    fn a_tag_that_a_reply_speaks_of_is_its_own() {
        for whole in [
            "It ends with `</think>`, always.",
            "Like this:\n```\nhm</think>\n```\nand so on",
            "<think>a</think>It ends with </think>.",
        ] {
            let expected = whole.trim_start_matches("<think>a</think>");
            for (at, _) in whole.char_indices() {
                let mut filter = ThinkingFilter::default();
                let mut reply = String::new();
                for piece in [&whole[..at], &whole[at..]] {
                    reply.push_str(&filter.push(piece));
                    assert!(!filter.takes_back(), "cut at {at}");
                }
                assert_eq!(reply + &filter.finish(), expected, "cut at {at}");
            }
        }
        let mut filter = ThinkingFilter::default();
        filter.note_thinking();
        assert_eq!(filter.push("It ends with </think>."), "It ends with </think>.");
        assert!(!filter.takes_back());
    }

    #[test]
    fn a_closing_tag_alone_takes_back_what_came_before_it() {
        let whole = "先看表 a < b\n</think>\n\n答案";
        for (at, _) in whole.char_indices() {
            let mut filter = ThinkingFilter::default();
            let mut reply = String::new();
            for piece in [&whole[..at], &whole[at..]] {
                let text = filter.push(piece);
                if filter.takes_back() {
                    reply.clear();
                }
                reply.push_str(&text);
            }
            assert_eq!(reply + &filter.finish(), "答案", "cut at {at}");
        }
    }
}

//! Leaves out what a model thinks aloud at the start of its reply, between `<think>` and `</think>`.
//!
//! Providers that know better send thinking apart; servers that pass on what an open model writes don't.

/// Tags that open thinking, each with the one that closes it.
const TAGS: [(&str, &str); 3] =
    [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>")];

/// Takes a reply piece by piece and gives back what isn't thinking.
#[derive(Debug, Default)]
pub(crate) struct ThinkingFilter {
    state: State,
    held: String,
    /// Whether there was some: white space behind it belongs to the model's template.
    has_thought: bool,
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
        if matches!(self.state, State::Reply) {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        loop {
            match self.state {
                State::Start => {
                    let text = self.held.trim_start();
                    if self.has_thought && text.is_empty() {
                        self.held.clear();
                        return String::new();
                    }
                    if let Some((open, close)) = TAGS.iter().find(|(open, _)| text.starts_with(open)) {
                        self.held = text[open.len()..].to_owned();
                        self.state = State::Thinking(close);
                    } else if TAGS.iter().any(|(open, _)| open.starts_with(text)) {
                        return String::new();
                    } else {
                        let held = std::mem::take(&mut self.held);
                        self.state = State::Reply;
                        return if self.has_thought { held.trim_start().to_owned() } else { held };
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
                    self.held = self.held[end + close.len()..].to_owned();
                    self.has_thought = true;
                    self.state = State::Start;
                }
                State::Reply => return std::mem::take(&mut self.held),
            }
        }
    }

    /// What was held back when the reply ended: text that only looked like the start of a tag.
    pub(crate) fn finish(&mut self) -> String {
        match self.state {
            State::Thinking(_) => String::new(),
            _ => std::mem::take(&mut self.held),
        }
    }
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
    fn a_piece_of_the_reply_is_given_back_at_once() {
        let mut filter = ThinkingFilter::default();
        assert_eq!(filter.push("你好"), "你好");
        assert_eq!(filter.push("<think>"), "<think>");
    }
}

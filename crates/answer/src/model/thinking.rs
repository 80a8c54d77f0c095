//! Leaves out what a model thinks aloud at the start of its reply, between `<think>` and `</think>`.
//!
//! Providers that know better send thinking apart; servers that pass on what an open model writes don't. Where the prompt's template has
//! opened the thinking already, a reply has the closing tag alone: then all before it was no reply.

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
    /// Whether what was given back before has turned out to be thinking.
    takes_back: bool,
    /// Whether a tag within the reply was opened and not closed yet.
    is_open: bool,
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
        if matches!(self.state, State::Reply) && self.held.is_empty() && !piece.contains('<') {
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
                        if self.has_thought {
                            self.held = text.to_owned();
                        }
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
                    self.held = self.held[end + close.len()..].to_owned();
                    self.has_thought = true;
                    self.state = State::Start;
                }
                State::Reply => {
                    // Tags within a reply are its own, in pairs.
                    let mut searched = 0;
                    while let Some((end, closes)) = next_tag(&self.held, searched) {
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
            _ => std::mem::take(&mut self.held),
        }
    }
}

/// The end of the first tag from this place on, and whether it is a closing one.
fn next_tag(text: &str, from: usize) -> Option<(usize, bool)> {
    let rest = text.get(from..)?;
    let ends = |tag: &str| rest.find(tag).map(|at| from + at + tag.len());
    TAGS.iter()
        .flat_map(|(open, close)| [ends(open).map(|end| (end, false)), ends(close).map(|end| (end, true))])
        .flatten()
        .min()
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
        assert_eq!(filter.push("</think>"), "</think>");
        assert_eq!(filter.push("a < b"), "a < b");
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

//! What a provider has taken on, whatever becomes of the reply: it charges for it though the reply breaks off or nobody waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::language_model::TokenUsage;
use super::tokens::TokenCounter;

/// What the provider of one call has taken on so far. Cheap to clone; all clones are of the same call.
#[derive(Clone, Debug, Default)]
pub struct Taken(Arc<State>);

#[derive(Debug, Default)]
struct State {
    account: Mutex<Account>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Account {
    /// How many requests it has taken.
    requests: u32,
    /// What it has said of those before the last one, whose replies broke off before their first part.
    earlier: TokenUsage,
    /// Of how many of them it has said nothing.
    silent: u32,
    /// The request that it has taken last, unless it has refused it after all.
    last: Option<Request>,
    /// Tokens of the words that have come, by estimate.
    words: u64,
    /// Tokens of the calls of tools that have come whole, by estimate.
    calls: u64,
    /// What has come of calls of tools, whole or not.
    heard: TokenCounter,
}

#[derive(Debug, Default)]
struct Request {
    said: Option<TokenUsage>,
    /// How much of what has come is in what was said, by estimate.
    covered: u64,
    /// Whether the next part is in it too.
    covers_next: bool,
}

impl Taken {
    /// The provider has taken a request, and reads its prompt.
    pub fn accept(&self) {
        self.account().accept();
        self.0.changed.notify_one();
    }

    /// The provider has refused the request after all, before any part of a reply.
    pub fn take_back(&self) {
        let mut account = self.account();
        if account.last.take().is_some() {
            account.requests -= 1;
        }
    }

    /// The provider says that the request has taken so much by now; what it says later counts in the place of this.
    pub fn report(&self, usage: TokenUsage) {
        let mut account = self.account();
        let written = account.written();
        let Some(last) = &mut account.last else { return };
        // It stands beside the words that it counts, if there are any, and is read before them.
        if usage.output_tokens > last.said.map_or(0, |said| said.output_tokens) {
            (last.covered, last.covers_next) = (written, true);
        }
        last.said = Some(usage);
    }

    /// How many requests it has taken: more than one where replies broke off before their first part and were asked for again.
    pub fn requests(&self) -> u32 {
        self.account().requests
    }

    /// A piece of a call of a tool has come, which is given out as a part when it is whole: its name, or the next of its arguments.
    pub fn hear(&self, piece: &str) {
        let mut account = self.account();
        account.heard.add(piece);
        account.cover_next();
        drop(account);
        self.0.changed.notify_one();
    }

    /// A part has come; with it they are so many tokens in all, by estimate: of words, and of whole calls.
    pub(super) fn write(&self, words: u64, calls: u64) {
        let mut account = self.account();
        (account.words, account.calls) = (words, calls);
        account.cover_next();
    }

    /// How much has come of calls of tools, whole or not, in bytes.
    pub(super) fn heard_bytes(&self) -> usize {
        self.account().heard.bytes()
    }

    /// What the requests before the last one have taken: what was said of them, and the prompt of each of which nothing was.
    pub(super) fn earlier(&self, prompt_tokens: u64) -> TokenUsage {
        self.account().earlier(prompt_tokens)
    }

    /// What all of them have taken: of the last one what was said, and what has come since by estimate.
    pub(super) fn usage(&self, prompt_tokens: u64) -> TokenUsage {
        let account = self.account();
        let earlier = account.earlier(prompt_tokens);
        let last = match &account.last {
            Some(Request { said: Some(said), covered, .. }) => TokenUsage {
                input_tokens: said.input_tokens,
                output_tokens: said.output_tokens + account.written().saturating_sub(*covered),
            },
            None if account.requests > 0 => TokenUsage::default(),
            // Of a model that notes nothing, it is as if one had been taken.
            _ => TokenUsage { input_tokens: prompt_tokens, output_tokens: account.written() },
        };
        TokenUsage {
            input_tokens: earlier.input_tokens + last.input_tokens,
            output_tokens: earlier.output_tokens + last.output_tokens,
        }
    }

    /// Waits until it takes a request, or a piece of a call has come.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.0.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn accept(&mut self) {
        // Of a reply that broke off before its first part, there may be pieces of a call.
        let heard = std::mem::take(&mut self.heard).tokens();
        match self.last.take() {
            Some(Request { said: Some(said), covered, .. }) => {
                self.earlier.input_tokens += said.input_tokens;
                self.earlier.output_tokens += said.output_tokens + heard.saturating_sub(covered);
            }
            Some(Request { said: None, .. }) => {
                self.silent += 1;
                self.earlier.output_tokens += heard;
            }
            None => {}
        }
        self.requests += 1;
        self.last = Some(Request::default());
    }

    /// Tokens of what has come, by estimate. A call that came in pieces is given out once more when it is whole.
    fn written(&self) -> u64 {
        self.words + self.calls.max(self.heard.tokens())
    }

    /// What has come now stands beside what was said of it.
    fn cover_next(&mut self) {
        let written = self.written();
        if let Some(last) = &mut self.last
            && std::mem::take(&mut last.covers_next)
        {
            last.covered = written;
        }
    }

    fn earlier(&self, prompt_tokens: u64) -> TokenUsage {
        let input_tokens = self.earlier.input_tokens + prompt_tokens * u64::from(self.silent);
        TokenUsage { input_tokens, ..self.earlier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input_tokens: u64, output_tokens: u64) -> TokenUsage {
        TokenUsage { input_tokens, output_tokens }
    }

    #[test]
    fn what_was_said_of_a_reply_that_broke_off_stays_when_it_is_asked_for_again() {
        let taken = Taken::default();
        assert_eq!((taken.requests(), taken.usage(100)), (0, tokens(100, 0)));
        taken.accept();
        taken.report(tokens(60, 1));
        taken.accept();
        taken.accept();
        assert_eq!((taken.requests(), taken.earlier(100)), (3, tokens(160, 1)), "the second said nothing");
        assert_eq!(taken.usage(100), tokens(260, 1));
        taken.report(tokens(70, 2));
        assert_eq!(taken.usage(100), tokens(230, 3));
        taken.take_back();
        assert_eq!((taken.requests(), taken.usage(100)), (2, tokens(160, 1)));
        taken.accept();
        assert_eq!(taken.earlier(100), tokens(160, 1), "what was refused is none of them");
    }

    #[test]
    fn what_has_come_is_estimated_but_for_what_was_said_of_it() {
        let taken = Taken::default();
        taken.accept();
        taken.report(tokens(7, 0));
        taken.write(100, 0);
        assert_eq!(taken.usage(1), tokens(7, 100), "nothing of it is said yet");
        // Beside the words that it counts.
        taken.report(tokens(7, 90));
        taken.write(150, 0);
        assert_eq!(taken.usage(1), tokens(7, 90));
        taken.write(170, 0);
        assert_eq!(taken.usage(1), tokens(7, 110));
        taken.report(tokens(7, 90));
        taken.write(180, 0);
        assert_eq!(taken.usage(1), tokens(7, 120), "the same number counts nothing new");
        taken.report(tokens(7, 99));
        assert_eq!(taken.usage(1), tokens(7, 99));
    }

    #[test]
    fn calls_count_while_they_come_and_once_when_they_are_whole() {
        let taken = Taken::default();
        taken.accept();
        taken.write(10, 0);
        for piece in ["run_sql", "{\"sql\":", "\"SELECT 1 FROM there\"}"] {
            taken.hear(piece);
        }
        assert_eq!((taken.usage(5), taken.heard_bytes()), (tokens(5, 19), 36));
        taken.write(10, 9);
        assert_eq!(taken.usage(5), tokens(5, 19));
        // A provider whose calls come whole.
        taken.write(10, 30);
        assert_eq!(taken.usage(5), tokens(5, 40));
    }

    #[test]
    fn pieces_of_a_call_that_broke_off_are_taken_though_it_is_asked_for_again() {
        let taken = Taken::default();
        taken.accept();
        taken.hear("12345678");
        taken.accept();
        assert_eq!(taken.usage(100), tokens(200, 2));
        taken.report(tokens(60, 1));
        taken.hear("1234");
        taken.hear("12345678");
        taken.accept();
        assert_eq!(taken.earlier(100), tokens(160, 2 + 1 + 2));
    }
}

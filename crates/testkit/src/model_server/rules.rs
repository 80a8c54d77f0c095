//! Which reply a request gets.

use std::sync::Arc;

use super::reply::ScriptedReply;
use super::request::ModelRequest;
use super::{State, lock};

type Condition = Box<dyn Fn(&ModelRequest) -> bool + Send + Sync>;

/// All rules, and what to reply without one.
pub(crate) struct Rules {
    rules: Vec<Rule>,
    otherwise: Rule,
}

struct Rule {
    fits: Condition,
    replies: Vec<ScriptedReply>,
    next: usize,
}

impl Rules {
    pub(super) fn otherwise(&mut self, replies: Vec<ScriptedReply>) {
        self.otherwise = Rule::new(Box::new(|_| true), replies);
    }

    /// The next reply of the first rule that fits.
    pub(super) fn choose(&mut self, request: &ModelRequest) -> ScriptedReply {
        let rule = self.rules.iter_mut().find(|rule| (rule.fits)(request));
        rule.unwrap_or(&mut self.otherwise).take()
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self { rules: Vec::new(), otherwise: Rule::new(Box::new(|_| true), vec!["Hello!".into()]) }
    }
}

impl Rule {
    fn new(fits: Condition, replies: Vec<ScriptedReply>) -> Self {
        assert!(!replies.is_empty(), "a rule has a reply");
        Self { fits, replies, next: 0 }
    }

    /// The next one; the last one stays.
    fn take(&mut self) -> ScriptedReply {
        let reply = self.replies.get(self.next).or_else(|| self.replies.last()).cloned();
        self.next += 1;
        reply.expect("a rule has a reply")
    }
}

/// A rule that still lacks its replies.
#[must_use = "a rule without a reply is none"]
pub struct When<'model> {
    state: &'model Arc<State>,
    fits: Condition,
}

impl<'model> When<'model> {
    pub(super) fn new(state: &'model Arc<State>, fits: Condition) -> Self {
        Self { state, fits }
    }

    /// The reply, each time.
    pub fn reply(self, reply: impl Into<ScriptedReply>) {
        self.replies([reply.into()]);
    }

    /// The replies in turn; the last one stays.
    pub fn replies(self, replies: impl IntoIterator<Item = ScriptedReply>) {
        let rule = Rule::new(self.fits, replies.into_iter().collect());
        lock(&self.state.rules).rules.push(rule);
    }
}

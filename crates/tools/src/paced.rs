//! A transport that isn't read on while answers to what was read wait to be sent.
//!
//! A server may ask as well as answer. rmcp answers each request in a task of its own, and so a server that asks on and on without
//! reading the answers would make them pile up in memory.

use rmcp::model::JsonRpcMessage;
use rmcp::service::{RoleClient, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::watch;

/// The most answers that wait while more is read. What we ask ourselves doesn't count: a server may well be slow to read that.
const MOST_WAITING: usize = 64;

/// A transport that is read at the pace at which answers go out.
pub(crate) struct Paced<T> {
    transport: T,
    waiting: watch::Sender<usize>,
}

impl<T> Paced<T> {
    pub(crate) fn new(transport: T) -> Self {
        Self { transport, waiting: watch::Sender::new(0) }
    }
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Paced<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let is_answer = matches!(item, JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_));
        let waits = is_answer.then(|| Waits::begin(&self.waiting));
        let sending = self.transport.send(item);
        async move {
            let _waits = waits;
            sending.await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        // It fails when nobody counts any more, which we do.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting < MOST_WAITING).await;
        self.transport.receive().await
    }

    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.transport.close()
    }
}

/// An answer that waits, for as long as it does.
struct Waits(watch::Sender<usize>);

impl Waits {
    fn begin(waiting: &watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting.clone())
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::FutureExt as _;
    use rmcp::model::{ClientResult, RequestId};

    use super::*;

    /// Reads nothing that is sent to it, and always says the same.
    struct Deaf;

    impl Transport<RoleClient> for Deaf {
        type Error = Infallible;

        fn send(
            &mut self,
            _item: TxJsonRpcMessage<RoleClient>,
        ) -> impl Future<Output = Result<(), Infallible>> + Send + 'static {
            std::future::pending()
        }

        async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
            None
        }

        async fn close(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    #[test]
    fn one_that_reads_no_answers_is_not_read_itself() {
        let mut transport = Paced::new(Deaf);
        let mut answers = Vec::new();
        for id in 0..64 {
            assert!(transport.receive().now_or_never().is_some(), "{id}");
            let answer = JsonRpcMessage::response(ClientResult::empty(()), RequestId::Number(id));
            answers.push(transport.send(answer));
        }
        assert!(transport.receive().now_or_never().is_none());
        answers.pop();
        assert!(transport.receive().now_or_never().is_some());
    }
}

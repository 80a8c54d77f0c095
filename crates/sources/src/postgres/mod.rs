//! PostgreSQL and what speaks its protocol.
//!
//! # How a query is answered
//!
//! 1. A [turn](crate::server::pool) comes, and with it a [session](session) that is open already, or a new one.
//! 2. A transaction is begun that is read-only, whose statements end at the time limit, and whose names are looked up where
//!    the database says and nowhere else.
//! 3. The database says what [columns](read) the statement has, which is then run inside of another one that writes every
//!    value in a form of which nothing is lost, and no more rows than the limit.
//! 4. The transaction is rolled back, whatever happened.
//!
//! A query that is cancelled, takes too long or whose future is dropped is ended with `pg_cancel_backend` from another
//! connection, and its own connection is closed.
//!
//! # The walls
//!
//! Each holds without the guard. The session can't write: the transaction is read-only, and there is no way out of it, since
//! the protocol takes one statement at a time and that statement stands in the brackets of a `SELECT`. What a read-only
//! transaction lets through (functions of an owner in other languages, files for superusers) is a matter of the account's
//! rights: [`SourceInfo::writable`] warns.

mod calls;
mod catalogue;
mod failure;
mod read;
mod session;
mod types;

#[cfg(test)]
mod tests;

use self::session::PostgresSession;
use crate::ServerOptions;
use crate::server::source::{OverSessions, Server};

/// A PostgreSQL database that may be asked. Cheap to clone: clones share sessions and what is known of the schema.
#[derive(Clone)]
pub struct PostgresSource {
    server: Server<PostgresSession>,
}

impl PostgresSource {
    /// The database that these options lead to. Nothing is connected yet: a server that is down is an error of the first
    /// query, and is no longer one once it is up.
    pub fn new(options: ServerOptions) -> Self {
        Self { server: Server::new(options) }
    }
}

impl OverSessions for PostgresSource {
    type One = PostgresSession;

    fn server(&self) -> &Server<PostgresSession> {
        &self.server
    }
}

//! MySQL, MariaDB and what speaks their protocol.
//!
//! # How a query is answered
//!
//! 1. A [turn](crate::server::pool) comes, and with it a [session](session) that is open already, or a new one.
//! 2. A transaction is begun that is read-only, whose statements end at the time limit.
//! 3. The database [parses](read) the statement twice without running it: in brackets where nothing but a query can stand, and
//!    as it is. Then it is run, and its values come as text of which nothing is lost.
//! 4. The transaction is rolled back, whatever happened.
//!
//! A query that is cancelled, takes too long or whose future is dropped is ended with `KILL QUERY` from another connection,
//! and its own connection is closed.
//!
//! # The walls
//!
//! Each holds without the guard. The session can't write: the transaction is read-only, statements that would end it
//! aren't queries and are not run, and only one statement passes the parsing. What a read-only transaction lets through (files
//! for accounts with the right `FILE`) is a matter of the account's rights: [`SourceInfo::writable`] warns.

mod catalogue;
mod failure;
mod read;
mod session;
mod types;

#[cfg(test)]
mod tests;

use self::session::MySqlSession;
use crate::ServerOptions;
use crate::server::source::{OverSessions, Server};

/// A MySQL or MariaDB database that may be asked. Cheap to clone: clones share sessions and what is known of the schema.
#[derive(Clone)]
pub struct MySqlSource {
    server: Server<MySqlSession>,
}

impl MySqlSource {
    /// The database that these options lead to. Nothing is connected yet: a server that is down is an error of the first
    /// query, and is no longer one once it is up.
    pub fn new(options: ServerOptions) -> Self {
        Self { server: Server::new(options) }
    }
}

impl OverSessions for MySqlSource {
    type One = MySqlSession;

    fn server(&self) -> &Server<MySqlSession> {
        &self.server
    }
}

//! What the drivers of database servers share: how a server is reached, sessions that wait for the next query, work that
//! can be stopped, and values as they come over the wire.

pub(crate) mod column;
pub(crate) mod connections;
pub(crate) mod decimal;
pub(crate) mod gather;
pub(crate) mod kept;
pub(crate) mod moment;
pub(crate) mod options;
pub(crate) mod pool;
pub(crate) mod reach;
pub(crate) mod source;
pub(crate) mod task;

//! What the tests share.

pub(crate) mod cli;
pub(crate) mod http;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod tls;

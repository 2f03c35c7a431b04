//! One exchange with a source of credentials: metadata service, container, token service.

use std::time::Duration;

use super::Sources;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::outcome::{Response, excerpt, one_line};
use crate::proxy::Proxy;
use crate::request::Request;
use crate::sign::SignedHeader;
use crate::transport::{Transport, TransportConfig};

/// How a source is reached.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// Whether the proxy of the environment is used: never for what is on the machine itself.
    pub(super) is_proxied: bool,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
}

/// On this machine, or next to it: whatever does not answer at once is not there.
pub(super) const NEAR: Reach = Reach {
    is_proxied: false,
    connect_timeout: Duration::from_secs(1),
    timeout: Duration::from_secs(2),
};

/// A service of AWS.
pub(super) const FAR: Reach = Reach {
    is_proxied: true,
    connect_timeout: Duration::from_secs(5),
    timeout: Duration::from_secs(10),
};

/// What no source of credentials exceeds.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// Sends `request` to `endpoint` and reads the answer, whatever its status.
///
/// # Errors
/// `Credentials`, with what `source` is and why there is no answer.
pub(super) fn exchange(
    sources: &Sources<'_>,
    endpoint: &Endpoint,
    request: &Request<'_>,
    signed: &[SignedHeader],
    reach: Reach,
) -> Result<Response, Error> {
    let proxy = if reach.is_proxied {
        Proxy::of(endpoint, sources.configured.env)?
    } else {
        None
    };
    let proxy = proxy.map(|proxy| proxy.value);
    // The time for everything is for this, too.
    let timeout = reach.timeout.min(sources.settings.timeout);
    let transport = Transport::new(&TransportConfig {
        connect_timeout: reach.connect_timeout,
        timeout,
        ca_bundle: sources.settings.ca_bundle_for(endpoint, proxy.as_ref())?,
        proxy,
        body_limit: BODY_LIMIT_BYTES,
    })?;
    transport.send(request, signed, timeout).map_err(|error| {
        let outer = Error::new(
            ErrorKind::Credentials,
            format!("cannot get credentials from {endpoint}"),
        );
        outer.with_source(error)
    })
}

/// The error for an answer that is not the wanted one: its status and the beginning of what it says.
pub(super) fn refused(what: &str, response: &Response) -> Error {
    let text = one_line(&excerpt(&String::from_utf8_lossy(&response.body)));
    let text = if text.is_empty() {
        String::new()
    } else {
        format!(": {text}")
    };
    Error::new(
        ErrorKind::Credentials,
        format!("{what} answered HTTP {}{text}", response.status),
    )
}

//! Connections: resolver, TCP socket and TLS, as a chain of ureq's connectors that notes how far it came.
//!
//! The socket is our own because ureq's has no keepalive: while a function runs, nothing crosses the wire, and a NAT
//! gateway forgets a connection that is idle for 350 seconds.
//!
//! Source: <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use http::Uri;
use socket2::{SockRef, TcpKeepalive};
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, RustlsConnector, Transport, time,
};
use ureq::{Agent, Error, Timeout};

use super::buffer::ConnectionBuffers;
use super::progress;
use crate::error::Phase;

/// An agent over this chain.
pub(super) fn agent(config: Config) -> Agent {
    let connector =
        ().chain(TcpConnector)
            .chain(Enter(Phase::Tls))
            .chain(RustlsConnector::default())
            .chain(Enter(Phase::Send));
    Agent::with_parts(config, connector, HostResolver(DefaultResolver::default()))
}

/// Looks names up, but neither IP addresses nor `localhost`: those must work where there is no `/etc/hosts`, and an
/// address needs no lookup, nor the thread that ureq makes for each.
#[derive(Debug)]
struct HostResolver(DefaultResolver);

impl Resolver for HostResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        let https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let addresses = known_addresses(host);
        let resolved = if addresses.is_empty() {
            self.0.resolve(uri, config, timeout)?
        } else {
            let mut resolved = self.empty();
            for address in addresses {
                resolved.push(SocketAddr::new(address, port));
            }
            resolved
        };
        progress::enter(Phase::Connect);
        Ok(resolved)
    }
}

/// Source: RFC 6761, 6.3: `localhost` and everything below it is the loopback address.
fn known_addresses(host: &str) -> Vec<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(address) = bare.parse() {
        return vec![address];
    }
    if bare == "localhost" || bare.ends_with(".localhost") {
        return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    Vec::new()
}

/// Passes a connection on and notes that the next phase begins.
#[derive(Debug)]
struct Enter(Phase);

impl<In: Transport> Connector<In> for Enter {
    type Out = In;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<In>, Error> {
        if self.0 != Phase::Tls || details.needs_tls() {
            progress::enter(self.0);
        }
        Ok(chained)
    }
}

/// Opens the socket.
#[derive(Debug)]
struct TcpConnector;

impl Connector<()> for TcpConnector {
    type Out = TcpTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<TcpTransport>, Error> {
        let stream = connect(details)?;
        stream.set_nodelay(true)?;
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE_IDLE)
            .with_interval(KEEPALIVE_INTERVAL);
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        Ok(Some(TcpTransport {
            stream,
            buffers: ConnectionBuffers::default(),
            read_timeout: None,
            write_timeout: None,
        }))
    }
}

/// Well below the 350 s after which a NAT gateway or a load balancer forgets an idle connection.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(45);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// Tries the addresses in turn. Each may take half of what is left of the time, the last all of it.
fn connect(details: &ConnectionDetails<'_>) -> Result<TcpStream, Error> {
    let mut left = details.timeout.after;
    let started = (details.current_time)();
    let mut last_error = Error::HostNotFound;
    for (index, address) in details.addrs.iter().enumerate() {
        let is_last = index + 1 == details.addrs.len();
        let result = match left {
            time::Duration::NotHappening => TcpStream::connect(address),
            time::Duration::Exact(time) if is_last => {
                TcpStream::connect_timeout(address, time.max(SHORTEST))
            }
            time::Duration::Exact(time) => {
                TcpStream::connect_timeout(address, (time / 2).max(SHORTEST))
            }
        };
        match result {
            Ok(stream) => return Ok(stream),
            Err(error) if is_timeout(&error) => last_error = Error::Timeout(Timeout::Connect),
            Err(error) => last_error = Error::Io(error),
        }
        left = remaining(details.timeout.after, started, (details.current_time)());
    }
    Err(last_error)
}

const SHORTEST: Duration = Duration::from_millis(10);

fn remaining(after: time::Duration, started: time::Instant, now: time::Instant) -> time::Duration {
    match (after, started, now) {
        (
            time::Duration::Exact(after),
            time::Instant::Exact(started),
            time::Instant::Exact(now),
        ) => time::Duration::Exact(after.saturating_sub(now.saturating_duration_since(started))),
        _ => after,
    }
}

fn is_timeout(error: &io::Error) -> bool {
    // A socket's own time limit ends as `WouldBlock` on Linux.
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

/// A socket that counts what is sent through it.
struct TcpTransport {
    stream: TcpStream,
    buffers: ConnectionBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let limit = limit(timeout)?;
        if limit != self.write_timeout {
            self.stream.set_write_timeout(limit)?;
            self.write_timeout = limit;
        }
        // Before the write: once it has begun, nobody knows how much of it arrived.
        progress::sending(amount);
        let output = &self.buffers.output()[..amount];
        self.stream
            .write_all(output)
            .map_err(|error| or_timeout(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let limit = limit(timeout)?;
        if limit != self.read_timeout {
            self.stream.set_read_timeout(limit)?;
            self.read_timeout = limit;
        }
        progress::waiting();
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.stream.read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|error| or_timeout(error, timeout))?,
            }
        };
        if amount > 0 {
            progress::received();
        }
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// A connection of the pool is good while nothing has come on it: an end of file or a stray byte ends it.
    fn is_open(&mut self) -> bool {
        let is_quiet = |stream: &TcpStream| {
            stream.set_nonblocking(true)?;
            let quiet = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
            stream.set_nonblocking(false)?;
            Ok::<_, io::Error>(quiet)
        };
        is_quiet(&self.stream).unwrap_or(false)
    }
}

impl fmt::Debug for TcpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpTransport")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// The time limit of one read or write; none at all is an error when the time is up already.
fn limit(timeout: NextTimeout) -> Result<Option<Duration>, Error> {
    match timeout.after {
        time::Duration::NotHappening => Ok(None),
        time::Duration::Exact(after) if after.is_zero() => Err(Error::Timeout(timeout.reason)),
        time::Duration::Exact(after) => Ok(Some(after)),
    }
}

fn or_timeout(error: io::Error, timeout: NextTimeout) -> Error {
    if is_timeout(&error) {
        Error::Timeout(timeout.reason)
    } else {
        Error::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_addresses_need_no_resolver() {
        for (host, want) in [
            ("127.0.0.1", vec!["127.0.0.1"]),
            ("[::1]", vec!["::1"]),
            ("localhost", vec!["127.0.0.1", "::1"]),
            ("lambda.localhost", vec!["127.0.0.1", "::1"]),
            ("example.com", vec![]),
            ("notlocalhost", vec![]),
        ] {
            let addresses: Vec<String> = known_addresses(host)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(addresses, want, "{host}");
        }
    }
}

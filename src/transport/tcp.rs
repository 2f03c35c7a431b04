//! The TCP socket: keepalive, time limits, and the count of what is sent.
//!
//! It is our own because ureq's has no keepalive: while a function runs, nothing crosses the wire, and a NAT gateway
//! forgets a connection that is idle for 350 seconds.
//!
//! Source: <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, time,
};

use super::buffer::{ConnectionBuffers, MOST_INPUT_BYTES};
use super::progress;

/// Opens the socket, unless there is a tunnel through a proxy already.
#[derive(Debug)]
pub(super) struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let stream = connect(details)?;
        prepare(&stream)?;
        Ok(Some(Either::B(TcpTransport {
            stream,
            buffers: ConnectionBuffers::default(),
            read_timeout: None,
            write_timeout: None,
            connect_by: deadline(details),
            current_time: Arc::clone(&details.current_time),
        })))
    }
}

/// What every socket is set to.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

/// When the connection must be made: a limit for all of it, proxy and TLS handshake included, however slowly the
/// bytes come.
fn deadline(details: &ConnectionDetails<'_>) -> Option<std::time::Instant> {
    match (details.now, details.timeout.after) {
        (time::Instant::Exact(now), time::Duration::Exact(after)) => now.checked_add(after),
        _ => None,
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
            Err(error) if is_timeout(&error) => last_error = Error::Timeout(details.timeout.reason),
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
pub(super) struct TcpTransport {
    stream: TcpStream,
    buffers: ConnectionBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    connect_by: Option<std::time::Instant>,
    current_time: CurrentTime,
}

type CurrentTime = Arc<dyn Fn() -> time::Instant + Send + Sync + 'static>;

impl TcpTransport {
    /// The time limit of one read or write, which while the connection is being made ends with that at the latest;
    /// none at all is an error when the time is up already.
    fn limit(&self, timeout: NextTimeout) -> Result<Option<Duration>, Error> {
        let mut limit = match timeout.after {
            time::Duration::NotHappening => None,
            time::Duration::Exact(after) => Some(after),
        };
        if let (true, Some(by), time::Instant::Exact(now)) = (
            progress::now().is_connecting(),
            self.connect_by,
            (self.current_time)(),
        ) {
            let left = by.saturating_duration_since(now);
            limit = Some(limit.map_or(left, |limit| limit.min(left)));
        }
        if limit.is_some_and(|limit| limit.is_zero()) {
            return Err(Error::Timeout(timeout.reason));
        }
        Ok(limit)
    }
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        // Before the write: once it has begun, nobody knows how much of it arrived.
        progress::sending(amount);
        let mut limit = self.limit(timeout)?;
        let started = (self.current_time)();
        let mut written = 0;
        // The time limit is for all of it: the kernel's begins anew with each piece that it takes.
        while written < amount {
            if limit != self.write_timeout {
                self.stream.set_write_timeout(limit)?;
                self.write_timeout = limit;
            }
            match self.stream.write(&self.buffers.output()[written..amount]) {
                Ok(0) => return Err(Error::Io(io::ErrorKind::WriteZero.into())),
                Ok(more) => written += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(or_timeout(error, timeout)),
            }
            if written < amount {
                let after = remaining(timeout.after, started, (self.current_time)());
                limit = self.limit(NextTimeout { after, ..timeout })?;
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let limit = self.limit(timeout)?;
        if limit != self.read_timeout {
            self.stream.set_read_timeout(limit)?;
            self.read_timeout = limit;
        }
        if self.buffers.is_full() {
            return Err(Error::LargeResponseHeader(
                MOST_INPUT_BYTES,
                MOST_INPUT_BYTES,
            ));
        }
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.stream.read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|error| or_timeout(error, timeout))?,
            }
        };
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
    fn every_socket_sends_keepalives_before_a_nat_forgets_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        prepare(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        assert_eq!(
            socket.tcp_keepalive_time().unwrap(),
            Duration::from_secs(45)
        );
        assert_eq!(
            socket.tcp_keepalive_interval().unwrap(),
            Duration::from_secs(30)
        );
    }
}

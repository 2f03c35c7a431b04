//! A connection as a chain of ureq's connectors: proxy, socket, TLS, and between them notes of how far it came.

use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    Transport,
};
use ureq::{Agent, Error};

use super::progress;
use super::resolver::HostResolver;
use super::tcp::TcpConnector;
use crate::error::Phase;

/// An agent over this chain.
pub(super) fn agent(config: Config) -> Agent {
    let connector =
        ().chain(Begin)
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector)
            .chain(BeginTls)
            .chain(RustlsConnector::default())
            .chain(End);
    Agent::with_parts(config, connector, HostResolver(DefaultResolver::default()))
}

/// Notes that a connection begins to be made.
#[derive(Debug)]
struct Begin;

impl Connector<()> for Begin {
    type Out = ();

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<()>, Error> {
        progress::begin_connection();
        Ok(chained)
    }
}

/// Notes that the TLS handshake begins, where there is one.
#[derive(Debug)]
struct BeginTls;

impl<In: Transport> Connector<In> for BeginTls {
    type Out = In;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<In>, Error> {
        if details.needs_tls() {
            progress::enter(Phase::Tls);
        }
        Ok(chained)
    }
}

/// Notes that the connection is made, and from then on when the first byte of an answer comes: above TLS, whose own
/// messages are no answer.
#[derive(Debug)]
struct End;

impl<In: Transport> Connector<In> for End {
    type Out = Answered<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        progress::end_connection();
        let is_outermost = !progress::now().is_connecting();
        Ok(chained.map(|transport| Answered {
            transport,
            is_outermost,
        }))
    }
}

#[derive(Debug)]
struct Answered<T> {
    transport: T,
    /// Not that to a proxy, through which another goes.
    is_outermost: bool,
}

impl<T: Transport> Transport for Answered<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if self.is_outermost {
            progress::waiting();
        }
        let has_come = self.transport.await_input(timeout)?;
        if has_come && self.is_outermost {
            progress::received();
        }
        Ok(has_come)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

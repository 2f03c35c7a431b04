//! Why an exchange failed, in words: what was being done, what went wrong, and what to try.

use std::io;
use std::time::Duration;

use rustls::{CertificateError, InvalidMessage};
use ureq::Timeout;

use crate::error::Phase;
use crate::proxy::Proxy;

/// What made an exchange fail.
pub(super) enum Cause {
    Ureq(ureq::Error),
    /// The answer's body has more than so many bytes.
    TooLarge(usize),
    /// The answer does not say where it ends, and is no whole JSON.
    NoEnd,
}

/// The time limits, for messages that name them.
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) all: Duration,
}

pub(super) const MAY_HAVE_RUN: &str =
    "the function may have run: look at its log before you invoke it again";

const NOT_SENT: &str = "nothing reached Lambda, so trying again is safe; check the endpoint, the region and the network";

impl Cause {
    /// What went wrong.
    pub(super) fn text(&self, limits: &Limits) -> String {
        match self {
            Self::TooLarge(limit) => format!("its body has more than {limit} bytes"),
            Self::NoEnd => "it has no length, or a wrong one, and is not whole JSON".to_owned(),
            Self::Ureq(ureq::Error::Timeout(which)) => {
                let (limit, option) = match which {
                    Timeout::Resolve | Timeout::Connect => (limits.connect, "--connect-timeout"),
                    _ => (limits.all, "--timeout"),
                };
                format!("it took longer than {} s ({option})", limit.as_secs_f64())
            }
            Self::Ureq(ureq::Error::HostNotFound) => "the host has no address".to_owned(),
            Self::Ureq(ureq::Error::ConnectProxyFailed(reason)) => match proxy_status(reason) {
                Some(status) => format!("the proxy answered {status}"),
                None => "the proxy closed the connection without an answer".to_owned(),
            },
            Self::Ureq(ureq::Error::LargeResponseHeader(_, limit)) => {
                format!(
                    "a part of the answer that must be read as a whole has more than {limit} bytes"
                )
            }
            Self::Ureq(ureq::Error::Io(error)) => match tls_error(error) {
                Some(error) => tls_text(error),
                None if error.kind() == io::ErrorKind::UnexpectedEof => {
                    "the other side closed the connection".to_owned()
                }
                None => error.to_string(),
            },
            Self::Ureq(error) => error.to_string(),
        }
    }

    /// What to try where nothing was sent.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Ureq(ureq::Error::ConnectProxyFailed(reason))
                if proxy_status(reason) == Some("407") =>
            {
                "put a user name and password into the proxy's URL, http://user:password@proxy:3128"
            }
            Self::Ureq(ureq::Error::ConnectProxyFailed(_)) => {
                "ask for leave at the proxy, or name the host in NO_PROXY to go without"
            }
            Self::Ureq(ureq::Error::Io(error)) => tls_error(error).map_or(NOT_SENT, tls_hint),
            _ => NOT_SENT,
        }
    }
}

/// What was being done.
pub(super) fn describe(phase: Phase, sent_bytes: u64, host: &str, proxy: Option<&Proxy>) -> String {
    let through = proxy
        .map(|proxy| format!(" through the proxy {proxy}"))
        .unwrap_or_default();
    match phase {
        Phase::Resolve => format!("cannot look up the address of {host}"),
        Phase::Connect => format!("cannot connect to {host}{through}"),
        Phase::Tls => format!("cannot make a TLS connection to {host}{through}"),
        Phase::Send if sent_bytes == 0 => format!("cannot send anything to {host}{through}"),
        Phase::Send => {
            format!(
                "the connection to {host} broke after at most {sent_bytes} bytes of the request were sent"
            )
        }
        Phase::Wait => format!("the request was sent to {host}, and no answer came"),
        Phase::Receive => {
            format!("the request was sent to {host}, and its answer was not complete")
        }
    }
}

/// The status in ureq's `proxy server responded 407/407`.
fn proxy_status(reason: &str) -> Option<&str> {
    reason
        .strip_prefix("proxy server responded ")?
        .split('/')
        .next()
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn tls_text(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another host name".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not valid yet".to_owned(),
        rustls::Error::InvalidCertificate(error) if is_unknown_issuer(error) => {
            "its certificate is from an unknown issuer".to_owned()
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "it does not speak TLS on this port".to_owned()
        }
        other => other.to_string(),
    }
}

/// A CA of the same name and another key, or a certificate that signed itself, is as unknown as any.
fn is_unknown_issuer(error: &CertificateError) -> bool {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => true,
        CertificateError::Other(other) => other.to_string().contains("CaUsedAsEndEntity"),
        _ => false,
    }
}

fn tls_hint(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(error) if is_unknown_issuer(error) => {
            "if a company proxy or a stand-in made the certificate, give its CA with --ca-bundle or AWS_CA_BUNDLE, \
             which replaces the bundled ones"
        }
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "check this machine's clock; nothing was sent",
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "check the endpoint URL: a stand-in may want http://; nothing was sent"
        }
        _ => "check the endpoint URL and what answers there; nothing was sent",
    }
}

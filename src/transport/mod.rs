//! HTTP over ureq: sends a signed request once and takes the whole answer, or tells how far it came.
//!
//! Only this folder names `ureq`. Knows nothing of AWS, retries and credentials. Nothing here sends a request twice.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use ureq::config::AutoHeaderValue;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, ErrorKind, Phase, TransportFault};
use crate::outcome::Response;
use crate::proxy::Proxy;
use crate::request::Request;
use crate::sign::SignedHeader;

mod buffer;
mod cause;
mod connection;
mod progress;
mod resolver;
mod tcp;

use cause::{Cause, Limits, MAY_HAVE_RUN, describe};

/// How connections are made.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// The longest that looking up, connecting and the TLS handshake may each take.
    pub connect_timeout: Duration,
    /// The longest that a whole call may take, for messages: [`Transport::send`] is told what is left of it.
    pub timeout: Duration,
    /// The proxy to go through.
    pub proxy: Option<Proxy>,
    /// Certificates in PEM that replace the bundled ones, and the file that they came from.
    pub ca_bundle: Option<(PathBuf, Vec<u8>)>,
    /// The most bytes of an answer's body.
    pub body_limit: usize,
}

/// A pool of connections.
#[derive(Debug)]
pub struct Transport {
    agent: ureq::Agent,
    connect_timeout: Duration,
    timeout: Duration,
    proxy: Option<Proxy>,
    body_limit: usize,
}

impl Transport {
    /// Prepares the transport; nothing is connected, and no certificate is read before the first TLS connection.
    ///
    /// # Errors
    /// `Config` when the CA bundle holds no certificate, or the proxy's user name cannot be read.
    pub fn new(config: &TransportConfig) -> Result<Self, Error> {
        let proxy = config.proxy.as_ref().map(ureq_proxy).transpose()?;
        let mut tls = TlsConfig::builder();
        if let Some((path, pem)) = &config.ca_bundle {
            tls = tls.root_certs(root_certs(path, pem)?);
        }
        let ureq_config = ureq::config::Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .user_agent(concat!("lambda-connector/", env!("CARGO_PKG_VERSION")))
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_resolve(Some(config.connect_timeout))
            .timeout_connect(Some(config.connect_timeout))
            .input_buffer_size(TLS_BUFFER_BYTES)
            .output_buffer_size(TLS_BUFFER_BYTES)
            .max_response_header_size(HEAD_LIMIT_BYTES)
            .tls_config(tls.build())
            .build();
        Ok(Self {
            agent: connection::agent(ureq_config),
            connect_timeout: config.connect_timeout,
            timeout: config.timeout,
            proxy: config.proxy.clone(),
            body_limit: config.body_limit,
        })
    }

    /// Sends `request` with the headers that signing added, once, and reads the answer within `left`.
    ///
    /// # Errors
    /// `Transport`, with the phase, whether anything was sent, and the status if the answer broke off after its head.
    pub fn send(
        &self,
        request: &Request<'_>,
        signed: &[SignedHeader],
        left: Duration,
    ) -> Result<Response, Error> {
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.url());
        let headers = request
            .headers
            .iter()
            .copied()
            .chain(signed.iter().map(|(name, value)| (*name, value.as_str())));
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let http_request = builder.body(request.body).map_err(|error| {
            Error::new(
                ErrorKind::Internal,
                format!("cannot build the request to {}", request.host),
            )
            .with_source(error)
        })?;
        let http_request = self
            .agent
            .configure_request(http_request)
            .timeout_global(Some(left))
            .build();
        let failure = |cause: &Cause, head: Option<&http::response::Parts>| {
            let status = head.map(|head| head.status.as_u16());
            self.failure(
                request,
                cause,
                status,
                &head.map(head_text).unwrap_or_default(),
            )
        };
        progress::start();
        let response = self
            .agent
            .run(http_request)
            .map_err(|error| failure(&Cause::Ureq(error), None))?;
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let is_delimited = is_delimited(&parts);
        let body = match self.read_body(body) {
            Ok(body) => body,
            // A refusal is told by its head; of its body, what came is lost with the rest.
            Err(_) if status >= 400 => Vec::new(),
            Err(cause) => return Err(failure(&cause, Some(&parts))),
        };
        // A length that is too small cuts the body as surely as a connection that breaks. (With TLS, what is unread
        // below it is not of the answer.)
        let has_more = request.scheme == "http" && progress::now().unread_bytes > 0;
        let is_delimited = is_delimited && !has_more;
        Ok(Response {
            status,
            headers: parts.headers,
            body,
            is_delimited,
        })
    }

    /// The answer to `request`, if all of it is here.
    ///
    /// # Errors
    /// `Transport` when a result did not say where it ends, and is no whole JSON.
    pub fn whole(&self, request: &Request<'_>, response: Response) -> Result<Response, Error> {
        if response.is_whole() {
            Ok(response)
        } else {
            Err(self.failure(request, &Cause::NoEnd, Some(response.status), ""))
        }
    }

    fn read_body(&self, body: ureq::Body) -> Result<Vec<u8>, Cause> {
        let expected = body
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        if expected.is_some_and(|length| length > self.body_limit) {
            return Err(Cause::TooLarge(self.body_limit));
        }
        // The length is known as a rule: a body of 6 MB is allocated once.
        let mut bytes = Vec::with_capacity(expected.unwrap_or(0));
        let limit = self.body_limit as u64 + 1;
        let mut body = body;
        body.as_reader()
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| Cause::Ureq(ureq::Error::from(error)))?;
        if bytes.len() > self.body_limit {
            return Err(Cause::TooLarge(self.body_limit));
        }
        Ok(bytes)
    }

    fn failure(
        &self,
        request: &Request<'_>,
        cause: &Cause,
        status: Option<u16>,
        head: &str,
    ) -> Error {
        let progress = progress::now();
        let phase = if status.is_some() {
            Phase::Receive
        } else {
            progress.phase
        };
        let sent = status.is_some() || progress.sent_bytes > 0;
        let fault = TransportFault {
            phase,
            sent,
            status,
        };
        let limits = Limits {
            connect: self.connect_timeout,
            all: self.timeout,
        };
        Error::new(
            ErrorKind::Transport(fault),
            describe(
                phase,
                progress.sent_bytes,
                request.host,
                self.proxy.as_ref(),
            ) + head,
        )
        .with_source(cause.text(&limits))
        .with_hint(if sent { MAY_HAVE_RUN } else { cause.hint() })
    }
}

/// Whether the head tells where the body ends: by a length, or by chunks, which HTTP/1.0 does not have.
fn is_delimited(head: &http::response::Parts) -> bool {
    let coding = head.headers.get_all("transfer-encoding").iter().next_back();
    let is_chunked = coding
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.rsplit(',').next())
        .is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"));
    match coding {
        None => head.headers.contains_key("content-length"),
        Some(_) => is_chunked && head.version != http::Version::HTTP_10,
    }
}

/// What the head of a broken answer tells: the id to look for in the log, and whether the function failed.
fn head_text(head: &http::response::Parts) -> String {
    let header = |name: &str| {
        head.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let id = header("x-amzn-requestid").map(|id| format!("request id {id}"));
    let error = header("x-amz-function-error").map(|error| format!("the function failed: {error}"));
    let told: Vec<String> = id.into_iter().chain(error).collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(" ({})", told.join(", "))
    }
}

/// Room above TLS, for a whole head; the socket has buffers of its own.
const TLS_BUFFER_BYTES: usize = 80 * 1024;

/// Lambda's own headers take up to 6 KB, most of it the log.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;

fn ureq_proxy(proxy: &Proxy) -> Result<ureq::Proxy, Error> {
    ureq::Proxy::new(proxy.url()).map_err(|_| {
        Error::new(
            ErrorKind::Config,
            format!("the URL of the proxy {proxy} cannot be read"),
        )
        .with_hint("percent-encode what is special in its user name and password")
    })
}

fn root_certs(path: &std::path::Path, pem: &[u8]) -> Result<RootCerts, Error> {
    let refuse = |why: String| {
        Error::new(
            ErrorKind::Config,
            format!("the CA bundle {} {why}", path.display()),
        )
        .with_hint(
            "it must be a PEM file with at least one certificate; it replaces the bundled ones",
        )
    };
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(refuse(format!("is broken: {error}"))),
        }
    }
    if certificates.is_empty() {
        return Err(refuse("holds no certificate".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

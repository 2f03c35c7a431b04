//! A local mock of Lambda's Invoke API: HTTP/1.1 with keep-alive, signatures verified, functions played by name.
//!
//! It stands on its own: nothing of the product, and nothing of aws-sigv4, is used here.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) mod function;
pub(crate) mod sigv4;

/// Who may call, and where the mock listens.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The port on the loopback address; 0 for one of the system's choice.
    pub(crate) port: u16,
    /// The access key id that is known.
    pub(crate) access_key_id: String,
    /// Its secret.
    pub(crate) secret_access_key: String,
    /// The session token that must come along, if any.
    pub(crate) session_token: Option<String>,
    /// How far the mock's clock is ahead of this machine's, in seconds.
    pub(crate) clock_offset_seconds: i64,
    /// Its certificate, where it speaks TLS.
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            clock_offset_seconds: 0,
            tls: None,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The method.
    pub(crate) method: String,
    /// The path, as it was sent.
    pub(crate) path: String,
    /// The query, as it was sent; empty for none.
    pub(crate) query: String,
    /// The headers, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// The value of the header `name`, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    /// The headers, without those of the connection.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// A running mock; it ends with the process.
#[derive(Debug)]
pub(crate) struct Mock {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Mock {
    /// Starts listening.
    ///
    /// # Errors
    /// Those of the socket.
    pub(crate) fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port))?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, options) = (Arc::clone(&log), options.clone());
                thread::spawn(move || {
                    // A connection that breaks is the client's business.
                    let _ = accept(stream, &log, &options);
                });
            }
        });
        Ok(Self { address, seen })
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn accept(stream: TcpStream, log: &Mutex<Vec<Seen>>, options: &Options) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match &options.tls {
        None => serve(&mut &stream, log, options),
        Some(config) => {
            let connection =
                rustls::ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            serve(
                &mut rustls::StreamOwned::new(connection, stream),
                log,
                options,
            )
        }
    }
}

fn serve(
    stream: &mut (impl Read + Write),
    log: &Mutex<Vec<Seen>>,
    options: &Options,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(seen) = read_request(stream, &mut buffer)? {
        let request_id = function::next_request_id();
        let now = options.now();
        let mut reply = match sigv4::verify(&seen, options, now) {
            Ok(()) => function::answer(&seen, &request_id),
            Err(reply) => reply,
        };
        reply
            .headers
            .extend(function::common_headers(&request_id, now));
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
        stream.write_all(&wire_format(&reply))?;
        stream.flush()?;
    }
    Ok(())
}

impl Options {
    /// The mock's own time, in seconds since 1970.
    fn now(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        since.cast_signed() + self.clock_offset_seconds
    }
}

fn wire_format(reply: &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if reply.status != 204 {
        head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&reply.body);
    bytes
}

/// Reads one request; none at the end of the connection.
pub(crate) fn read_request(
    stream: &mut (impl Read + Write),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Seen>> {
    let (mut seen, head_length) = loop {
        if let Some(head) = parse_head(buffer)? {
            break head;
        }
        if !read_more(stream, buffer)? {
            return Ok(None);
        }
    };
    buffer.drain(..head_length);
    let length = seen
        .header("content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    if buffer.len() < length && seen.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    while buffer.len() < length {
        if !read_more(stream, buffer)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    seen.body = buffer.drain(..length).collect();
    Ok(Some(seen))
}

fn read_more(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut piece = vec![0; 64 * 1024];
    let amount = stream.read(&mut piece)?;
    buffer.extend_from_slice(&piece[..amount]);
    Ok(amount > 0)
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Seen, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let status = request
        .parse(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let httparse::Status::Complete(length) = status else {
        return Ok(None);
    };
    let target = request.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = request.headers.iter().map(|header| {
        (
            header.name.to_ascii_lowercase(),
            String::from_utf8_lossy(header.value).into_owned(),
        )
    });
    let seen = Seen {
        method: request.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    Ok(Some((seen, length)))
}

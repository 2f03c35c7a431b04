//! A loopback server that does exactly what its script says, byte for byte, one connection a line.
//!
//! A connection that the script has no line for, and a line that was never used, fail the test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::mock::read_request;

/// What is done with one connection.
pub(crate) enum Act {
    /// Read the whole request, write these bytes, and close.
    Reply(Vec<u8>),
    /// Read the whole request, write these bytes, and stay silent until the test ends.
    ReplyAndStall(Vec<u8>),
    /// Read the whole request, write these bytes, and reset.
    ReplyAndReset(Vec<u8>),
    /// Answer one request after the other with these, on one connection, and close it when one more came.
    Replies(Vec<Vec<u8>>),
    /// Close without a byte, before the request was read.
    CloseAtOnce,
    /// Write these bytes at the first byte that comes, and close.
    Blurt(Vec<u8>),
    /// Read this many bytes, and reset.
    ResetAfter(usize),
}

/// A running script.
pub(crate) struct Server {
    address: SocketAddr,
    thread: Option<JoinHandle<usize>>,
    lines: usize,
    last: Sender<SocketAddr>,
    requests: Receiver<()>,
}

impl Server {
    pub(crate) fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines = script.len();
        let (last, receiver) = channel();
        let (arrived, requests) = channel();
        let thread = std::thread::spawn(move || play(&listener, script, &receiver, &arrived));
        Self {
            address,
            thread: Some(thread),
            lines,
            last,
            requests,
        }
    }

    /// Waits until a request has come as a whole.
    pub(crate) fn wait_for_request(&self) {
        self.requests
            .recv()
            .expect("the server ended without a request");
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The connection that ends the thread tells its own address first, so that it is not taken for a client.
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket
            .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
            .unwrap();
        let _ = self
            .last
            .send(socket.local_addr().unwrap().as_socket().unwrap());
        let _ = socket.connect(&self.address.into());
        let connections = self
            .thread
            .take()
            .map(|thread| thread.join().expect("the server's thread panicked"));
        if !std::thread::panicking() {
            assert_eq!(
                connections,
                Some(self.lines),
                "connections against lines of the script"
            );
        }
    }
}

/// Plays the script, then counts what else connects; gives the number of connections.
fn play(
    listener: &TcpListener,
    script: Vec<Act>,
    last: &Receiver<SocketAddr>,
    arrived: &Sender<()>,
) -> usize {
    let mut connections = 0;
    let mut held = Vec::new();
    let mut script = script.into_iter();
    loop {
        let (stream, peer) = listener.accept().unwrap();
        if last.try_iter().any(|last| last == peer) {
            return connections;
        }
        connections += 1;
        if let Some(act) = script.next() {
            held.extend(perform(act, stream, arrived));
        }
    }
}

/// Gives the connection back where it is to be held.
fn perform(act: Act, mut stream: TcpStream, arrived: &Sender<()>) -> Option<TcpStream> {
    let mut buffer = Vec::new();
    let mut request = |stream: &mut TcpStream| {
        read_request(stream, &mut buffer)
            .unwrap()
            .expect("the connection closed without a request");
        // Most tests do not wait for it.
        let _ = arrived.send(());
    };
    match act {
        Act::CloseAtOnce => {}
        Act::Reply(bytes) => {
            request(&mut stream);
            stream.write_all(&bytes).unwrap();
        }
        Act::ReplyAndStall(bytes) => {
            request(&mut stream);
            stream.write_all(&bytes).unwrap();
            return Some(stream);
        }
        Act::ReplyAndReset(bytes) => {
            request(&mut stream);
            stream.write_all(&bytes).unwrap();
            reset(&stream);
        }
        Act::Replies(replies) => {
            for bytes in replies {
                request(&mut stream);
                stream.write_all(&bytes).unwrap();
            }
            request(&mut stream);
        }
        Act::Blurt(bytes) => {
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(&bytes).unwrap();
        }
        Act::ResetAfter(amount) => {
            stream.read_exact(&mut vec![0; amount]).unwrap();
            reset(&stream);
        }
    }
    None
}

/// Closing without lingering resets the connection.
fn reset(stream: &TcpStream) {
    SockRef::from(stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}

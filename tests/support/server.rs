//! A loopback server that does exactly what its script says, byte for byte, one connection a line.
//!
//! A connection that the script has no line for, and a line that was never used, fail the test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::mock::read_request;

/// What is done with one connection.
pub(crate) enum Act {
    /// Read the whole request, write these bytes, and close.
    Reply(Vec<u8>),
    /// Read the whole request, write these bytes, and stay silent until the test ends.
    ReplyAndStall(Vec<u8>),
    /// Close without a byte, before the request was read.
    CloseAtOnce,
    /// Read this many bytes at least, and reset.
    ResetAfter(usize),
}

/// A running script.
pub(crate) struct Server {
    address: SocketAddr,
    thread: Option<JoinHandle<usize>>,
    lines: usize,
    release: Sender<()>,
}

impl Server {
    pub(crate) fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines = script.len();
        let (release, held) = channel();
        let thread = std::thread::spawn(move || play(&listener, script, &held));
        Self {
            address,
            thread: Some(thread),
            lines,
            release,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.release.send(());
        // A connection that nobody scripted: the thread ends where it gets this one.
        let _ = TcpStream::connect(self.address);
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

/// Plays the script, then counts what else connects until the closing connection; gives the number of connections.
fn play(listener: &TcpListener, script: Vec<Act>, held: &Receiver<()>) -> usize {
    let mut connections = 0;
    for act in script {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = Vec::new();
        match act {
            Act::CloseAtOnce => {}
            Act::Reply(bytes) => {
                if read_request(&stream, &mut buffer).unwrap().is_none() {
                    return connections;
                }
                stream.write_all(&bytes).unwrap();
            }
            Act::ReplyAndStall(bytes) => {
                if read_request(&stream, &mut buffer).unwrap().is_none() {
                    return connections;
                }
                stream.write_all(&bytes).unwrap();
                held.recv().unwrap();
            }
            Act::ResetAfter(amount) => {
                let mut piece = vec![0; amount];
                stream.read_exact(&mut piece).unwrap();
                // Closing with unread input, and without lingering, resets the connection.
                socket2::SockRef::from(&stream)
                    .set_linger(Some(std::time::Duration::ZERO))
                    .unwrap();
            }
        }
        connections += 1;
    }
    loop {
        let (stream, _) = listener.accept().unwrap();
        if read_request(&stream, &mut Vec::new()).is_ok_and(|request| request.is_none()) {
            return connections;
        }
        connections += 1;
    }
}

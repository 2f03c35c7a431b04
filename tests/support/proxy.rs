//! A CONNECT proxy on the loopback interface that tunnels everything to one address.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A running proxy; it ends with the process.
pub(crate) struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// One that tunnels to the server at `url`, whatever host it is asked for.
    pub(crate) fn to(url: &str) -> Self {
        let target = url.rsplit('/').next().unwrap().to_owned();
        Self::start(move |mut client| {
            let server = TcpStream::connect(&target)?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
            thread::spawn(move || copy(&from_client, &to_server));
            copy(&server, &client);
            Ok(())
        })
    }

    /// One that answers every CONNECT with these bytes, and then holds the connection.
    pub(crate) fn answering(bytes: &'static str) -> Self {
        Self::start(move |mut client| {
            client.write_all(bytes.as_bytes())?;
            // Until the client goes away.
            io::copy(&mut client, &mut io::sink()).map(drop)
        })
    }

    fn start(tunnel: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heads);
        let tunnel = Arc::new(tunnel);
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let (tunnel, log) = (Arc::clone(&tunnel), Arc::clone(&log));
                thread::spawn(move || -> io::Result<()> {
                    let head = read_head(&mut client)?;
                    log.lock().unwrap().push(head);
                    tunnel(client)
                });
            }
        });
        Self { address, heads }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The heads of all CONNECTs so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}

fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

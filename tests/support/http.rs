//! A stand-in for the services that credentials come from: it answers a script of exchanges, in their order, and fails
//! the test at any request that the script does not have next.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::mock::{Seen, read_request};

/// A running stand-in; it ends with the process.
pub(crate) struct Exchanges {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// In place of a status: no answer.
const STALL: u64 = 0;

struct State {
    script: Vec<Value>,
    next: usize,
    faults: Vec<String>,
}

impl Exchanges {
    /// Each exchange is `{"expect": "GET /path?query", "headers": {…}, "body": ["part", …], "status": 200, "reply": …}`,
    /// or has `"stall": true` and no answer.
    pub(crate) fn start(script: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            script,
            next: 0,
            faults: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What did not go by the script.
    pub(crate) fn faults(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let mut faults = state.faults.clone();
        faults.extend(
            state
                .script
                .iter()
                .skip(state.next)
                .map(|missed| format!("never asked: {}", missed["expect"])),
        );
        faults
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut buffer = Vec::new();
    while let Ok(Some(seen)) = read_request(&mut stream, &mut buffer) {
        let (status, body) = state.lock().unwrap().answer(&seen);
        if status == STALL {
            // Silence, until the client goes away.
            let _ = read_request(&mut stream, &mut buffer);
            return;
        }
        let head = format!(
            "HTTP/1.1 {status} -\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream
            .write_all(format!("{head}{body}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

impl State {
    fn answer(&mut self, seen: &Seen) -> (u64, String) {
        let query = if seen.query.is_empty() {
            String::new()
        } else {
            format!("?{}", seen.query)
        };
        let asked = format!("{} {}{query}", seen.method, seen.path);
        let Some(exchange) = self.script.get(self.next).cloned() else {
            self.faults.push(format!("not in the script: {asked}"));
            return (500, String::new());
        };
        self.next += 1;
        if exchange["expect"] != asked.as_str() {
            self.faults.push(format!(
                "asked {asked}, and the script has {}",
                exchange["expect"]
            ));
        }
        for (name, value) in exchange["headers"].as_object().into_iter().flatten() {
            let has = seen.header(name);
            // A null says that the header must not be there.
            let fits = value.as_str().map_or(has.is_none(), |part| {
                has.is_some_and(|has| has.contains(part))
            });
            if !fits {
                self.faults.push(format!(
                    "{asked}: {name} is {has:?}, and the script has {value}"
                ));
            }
        }
        let body = String::from_utf8_lossy(&seen.body);
        for part in exchange["body"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !body.contains(part) {
                self.faults
                    .push(format!("{asked}: the body {body} has no {part}"));
            }
        }
        let reply = match &exchange["reply"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let status = exchange["status"].as_u64().unwrap_or(200);
        (
            if exchange["stall"] == true {
                STALL
            } else {
                status
            },
            reply,
        )
    }
}

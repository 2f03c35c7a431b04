//! A call that waits for its answer: signals end it at once, and its connection is kept alive.

use std::process::{Child, Command, Stdio};

use crate::support::cli::{ACCESS_KEY_ID, SECRET};
use crate::support::server::{Act, Server};

/// `invoke` at a server that stays silent.
fn waiting_call(server: &Server) -> Child {
    let child = Command::new(env!("CARGO_BIN_EXE_lambda-connector"))
        .args([
            "invoke",
            "f",
            "--region",
            "us-east-1",
            "--endpoint-url",
            &server.url(),
        ])
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    server.wait_for_request();
    child
}

#[test]
fn a_connection_that_waits_has_its_keepalive_timer_on() {
    let server = Server::start(vec![Act::ReplyAndStall(Vec::new())]);
    let mut child = waiting_call(&server);
    let port: u16 = server.url().rsplit(':').next().unwrap().parse().unwrap();
    // The kernel's own table: remote address, and 02 for a keepalive timer. Until the request is acknowledged it is
    // another timer that runs.
    let is_kept_alive = || {
        std::fs::read_to_string("/proc/net/tcp")
            .unwrap()
            .lines()
            .any(|line| {
                let fields: Vec<&str> = line.split_whitespace().collect();
                fields
                    .get(2)
                    .is_some_and(|remote| remote.ends_with(&format!(":{port:04X}")))
                    && fields.get(5).is_some_and(|timer| timer.starts_with("02:"))
            })
    };
    assert!((0..100_000).any(|_| is_kept_alive()));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_ends_a_waiting_call_with_its_exit_status() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let server = Server::start(vec![Act::ReplyAndStall(Vec::new())]);
        let mut child = waiting_call(&server);
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -s {signal} {}", child.id())])
            .status()
            .unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");
    }
}

//! SIGINT and SIGTERM end a call at once, also one that waits for its answer.

use std::process::{Command, Stdio};

use crate::support::cli::{ACCESS_KEY_ID, SECRET};
use crate::support::server::{Act, Server};

#[test]
fn a_signal_ends_a_waiting_call_with_its_exit_status() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let server = Server::start(vec![Act::ReplyAndStall(Vec::new())]);
        let mut child = Command::new(env!("CARGO_BIN_EXE_lambda-connector"))
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
        let kill = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");
    }
}

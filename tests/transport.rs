//! What is told when no complete answer comes: above all, whether the function may have run.

use std::net::TcpListener;

use crate::support::cli::Cli;
use crate::support::server::{Act, Server};

/// Invokes at `url` and asserts exit status, code, what may have run, and a part of the message.
#[track_caller]
fn fails(url: &str, options: &[&str], exit: i32, code: &str, message: &str) -> serde_json::Value {
    let arguments: Vec<&str> = ["invoke", "f", "{}", "-o", "detail"]
        .iter()
        .chain(options)
        .copied()
        .collect();
    let run = Cli::new(url, &arguments).run().exits_with(exit);
    let outputs = run.outputs();
    let error = outputs["lambdaError"].as_str().unwrap();
    assert!(
        error.starts_with(&format!("{code}: ")) && error.contains(message),
        "{}",
        run.told()
    );
    assert_eq!(outputs["mayHaveRun"], exit == 255, "{}", run.told());
    outputs
}

#[test]
fn a_refused_connection_was_not_sent() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fails(
        &format!("http://{address}"),
        &[],
        75,
        "NOT_SENT",
        "cannot connect to 127.0.0.1:",
    );
}

#[test]
fn a_name_without_an_address_was_not_sent() {
    // No resolver asks anybody for a label of 64 characters.
    let host = format!("{}.invalid", "x".repeat(64));
    fails(
        &format!("http://{host}"),
        &[],
        75,
        "NOT_SENT",
        &format!("cannot look up the address of {host}"),
    );
}

#[test]
fn a_server_that_speaks_no_tls_was_not_sent_to() {
    let server = Server::start(vec![Act::ResetAfter(5)]);
    let url = server.url().replace("http://", "https://");
    fails(
        &url,
        &[],
        75,
        "NOT_SENT",
        "cannot make a TLS connection to 127.0.0.1:",
    );
}

#[test]
fn a_connection_that_closes_or_resets_after_the_first_byte_leaves_the_outcome_unknown() {
    let whole = "no answer came: the other side closed the connection";
    for (act, message) in [
        (Act::CloseAtOnce, ""),
        (Act::ResetAfter(20), ""),
        (Act::Reply(Vec::new()), whole),
        (
            Act::Reply(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()),
            "its answer was not complete",
        ),
        (
            Act::Reply(b"garbage\r\n\r\n".to_vec()),
            "its answer was not complete",
        ),
    ] {
        let server = Server::start(vec![act]);
        let outputs = fails(&server.url(), &[], 255, "OUTCOME_UNKNOWN", message);
        assert!(outputs["lambdaStatus"].is_null());
        assert!(
            outputs["lambdaError"]
                .as_str()
                .unwrap()
                .contains("the function may have run")
        );
    }
}

#[test]
fn an_answer_that_breaks_off_keeps_its_status_and_is_no_result() {
    for reply in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n1",
    ] {
        let server = Server::start(vec![Act::Reply(reply.as_bytes().to_vec())]);
        let outputs = fails(
            &server.url(),
            &[],
            255,
            "OUTCOME_UNKNOWN",
            "its answer was not complete",
        );
        assert_eq!(outputs["lambdaStatus"], 200);
        assert!(outputs["lambdaPayload"].is_null());
    }
}

#[test]
fn a_chunked_answer_is_put_together() {
    let reply =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"
            .to_vec();
    let server = Server::start(vec![Act::Reply(reply)]);
    let run = Cli::new(&server.url(), &["invoke", "f", "-o", "payload"])
        .run()
        .exits_with(0);
    assert_eq!(run.stdout(), b"[1,2]");
}

#[test]
fn a_silent_server_is_given_up_at_the_time_limit() {
    for (bytes, message) in [
        ("", "no answer came: it took longer than 0.2 s (--timeout)"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
            "its answer was not complete: it took longer than 0.2 s (--timeout)",
        ),
    ] {
        let server = Server::start(vec![Act::ReplyAndStall(bytes.as_bytes().to_vec())]);
        fails(
            &server.url(),
            &["--timeout", "0.2"],
            255,
            "OUTCOME_UNKNOWN",
            message,
        );
    }
}

#[test]
fn an_early_answer_of_another_kind_is_read_to_its_end() {
    let reply =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7".to_vec();
    let server = Server::start(vec![Act::Reply(reply)]);
    let run = Cli::new(&server.url(), &["invoke", "f", "-o", "payload"])
        .run()
        .exits_with(0);
    assert_eq!(run.stdout(), b"7");
}

#[test]
fn a_redirect_is_never_followed() {
    let reply = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    let server = Server::start(vec![Act::Reply(reply)]);
    fails(&server.url(), &[], 255, "UNKNOWN_ERROR", "HTTP 307");
}

#[test]
fn a_ca_bundle_is_read_only_for_tls_and_must_hold_a_certificate() {
    let mock = crate::support::cli::mock();
    Cli::new(
        &mock.url(),
        &["invoke", "echo", "--ca-bundle", "/no/such/file"],
    )
    .run()
    .exits_with(0);
    for (file, message) in [
        ("/no/such/file", "cannot read the CA bundle"),
        ("Cargo.toml", "holds no certificate"),
    ] {
        let run = Cli::new(
            "https://127.0.0.1:1",
            &["invoke", "echo", "--ca-bundle", file],
        )
        .run()
        .exits_with(253);
        assert!(run.stderr().contains(message), "{}", run.told());
    }
}

//! What is told when no complete answer comes: above all, whether the function may have run. Each row of the fault
//! matrix also says how many times the request was sent: the scripted server fails the test at any other number.

use std::net::TcpListener;

use serde_json::Value;

use crate::mock::{Mock, Options};
use crate::support::cli::{Cli, mock};
use crate::support::proxy::Proxy;
use crate::support::server::{Act, Server};
use crate::support::tls::{Authority, Validity};

/// Asserts exit status, code, what may have run, and a part of the message.
#[track_caller]
fn fails(cli: Cli, exit: i32, code: &str, message: &str) -> Value {
    let run = cli.run().exits_with(exit);
    let outputs = run.outputs();
    let error = outputs["lambdaError"].as_str().unwrap();
    assert!(
        error.starts_with(&format!("{code}: ")) && error.contains(message),
        "{message:?}: {}",
        run.told()
    );
    assert_eq!(outputs["mayHaveRun"], exit == 255, "{}", run.told());
    outputs
}

fn detail(url: &str, options: &[&str]) -> Cli {
    let arguments: Vec<&str> = ["invoke", "f", "{}", "-o", "detail"]
        .iter()
        .chain(options)
        .copied()
        .collect();
    Cli::new(url, &arguments)
}

/// A fault: how the server brings it about, the part of the message, and the status that is kept.
type Fault = (fn() -> Act, &'static str, Option<u16>);

fn reply(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

const AFTER_SENDING: [Fault; 22] = [
    (|| Act::CloseAtOnce, "", None),
    (|| Act::ResetAfter(1), "", None),
    (|| Act::ResetAfter(20), "", None),
    (
        || Act::Reply(Vec::new()),
        "no answer came: the other side closed the connection",
        None,
    ),
    (
        || Act::ReplyAndReset(Vec::new()),
        "Connection reset by peer",
        None,
    ),
    (
        || Act::Reply(reply("HTTP/1.1 200 OK\r\nContent-Le")),
        "its answer was not complete",
        None,
    ),
    (
        || Act::Reply(reply("garbage\r\n\r\n")),
        "its answer was not complete",
        None,
    ),
    (
        || {
            Act::Reply(reply(&format!(
                "HTTP/1.1 200 OK\r\nX: {}\r\n\r\n",
                "x".repeat(70_000)
            )))
        },
        "has more than 65536 bytes",
        None,
    ),
    (
        || Act::Reply(reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")),
        "its answer was not complete",
        Some(200),
    ),
    (
        || Act::ReplyAndReset(reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")),
        "its answer was not complete",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
            ))
        },
        "its answer was not complete",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n12345\r\n",
            ))
        },
        "its answer was not complete",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n1",
            ))
        },
        "its body has more than 16777216 bytes",
        Some(200),
    ),
    (
        || Act::Reply(reply("HTTP/1.1 200 OK\r\n\r\n{\"cut\":")),
        "it has no length, or a wrong one, and is not whole JSON",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{\"cut\":",
            ))
        },
        "it has no length, or a wrong one, and is not whole JSON",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
            ))
        },
        "its answer was not complete",
        Some(200),
    ),
    (
        || Act::Reply(reply("HTTP/1.1 206 Partial\r\n\r\n{\"cut\":")),
        "it has no length, or a wrong one, and is not whole JSON",
        Some(206),
    ),
    (
        || Act::Reply(reply("HTTP/1.1 204 No Content\r\n\r\n")),
        "answered 204, which is no answer of Lambda to RequestResponse",
        Some(204),
    ),
    (
        || Act::Reply(reply("HTTP/1.1 200 OK\r\n\r\n12")),
        "it has no length, or a wrong one, and is not whole JSON",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(&format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;{}",
                "x".repeat(200_000)
            )))
        },
        "has more than 131072 bytes",
        Some(200),
    ),
    (
        || {
            Act::Reply(reply(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"a\":1}",
            ))
        },
        "it has no length, or a wrong one, and is not whole JSON",
        Some(200),
    ),
    (
        || Act::Reply(reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1234")),
        "it has no length, or a wrong one, and is not whole JSON",
        Some(200),
    ),
];

#[test]
fn what_was_sent_and_not_answered_is_unknown_and_not_sent_again() {
    for (act, message, status) in AFTER_SENDING {
        let server = Server::start(vec![act()]);
        let outputs = fails(detail(&server.url(), &[]), 255, "OUTCOME_UNKNOWN", message);
        assert_eq!(
            outputs["lambdaStatus"].as_u64(),
            status.map(u64::from),
            "{message}"
        );
        assert_eq!(outputs["attempts"], 1);
        assert!(outputs["lambdaPayload"].is_null());
        assert!(
            outputs["lambdaError"]
                .as_str()
                .unwrap()
                .contains("the function may have run")
        );
    }
}

#[test]
fn it_is_sent_again_when_it_may_run_twice() {
    for (act, message, _) in AFTER_SENDING {
        let server = Server::start(vec![act(), act(), act()]);
        let outputs = fails(
            detail(&server.url(), &["--idempotent"]),
            255,
            "OUTCOME_UNKNOWN",
            message,
        );
        assert_eq!(outputs["attempts"], 3);
        let server = Server::start(vec![act(), Act::Reply(reply(OK))]);
        let run = detail(&server.url(), &["--durable-execution-name", "order-42"])
            .run()
            .exits_with(0);
        assert_eq!(run.outputs()["attempts"], 2, "{}", run.told());
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7";

#[test]
fn a_kept_connection_that_dies_counts_as_sent() {
    let pending = "HTTP/1.1 409 Conflict\r\nx-amzn-ErrorType: ResourceConflictException\r\nContent-Length: 2\r\n\r\n{}";
    // The second attempt goes over the connection of the first, which closes without a byte.
    let server = Server::start(vec![Act::Replies(vec![reply(pending)])]);
    let outputs = fails(
        detail(&server.url(), &[]),
        255,
        "OUTCOME_UNKNOWN",
        "the other side closed the connection",
    );
    assert_eq!(outputs["attempts"], 2);
}

/// A refusal that closes the connection.
fn error(status: u16, code: &str) -> Vec<u8> {
    reply(&format!(
        "HTTP/1.1 {status} -\r\nx-amzn-ErrorType: {code}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    ))
}

#[test]
fn what_surely_did_not_run_is_sent_again_unasked() {
    for (status, code) in [
        (409, "ResourceConflictException"),
        (409, "SnapStartNotReadyException"),
        (408, "EFSMountTimeoutException"),
        (502, "ENINotReadyException"),
        (502, "SubnetIPAddressLimitReachedException"),
    ] {
        let server = Server::start(vec![Act::Reply(error(status, code)), Act::Reply(reply(OK))]);
        let run = detail(&server.url(), &[]).run().exits_with(0);
        assert_eq!(run.outputs()["attempts"], 2);
        let server = Server::start((0..2).map(|_| Act::Reply(error(status, code))).collect());
        let run = detail(&server.url(), &["--max-attempts", "2"])
            .run()
            .exits_with(75);
        assert_eq!(run.outputs()["attempts"], 2);
    }
}

#[test]
fn what_is_final_or_unknown_is_not_sent_again() {
    for (status, code, exit, runs_with_leave) in [
        (404, "ResourceNotFoundException", 254, 1),
        (502, "KMSAccessDeniedException", 254, 1),
        (502, "InvalidZipFileException", 254, 1),
        (307, "", 255, 1),
        (500, "ServiceException", 255, 3),
        (500, "", 255, 3),
        (502, "", 255, 3),
        (503, "", 255, 3),
        (504, "", 255, 3),
    ] {
        for (options, runs) in [(&[][..], 1), (&["--idempotent"], runs_with_leave)] {
            let server =
                Server::start((0..runs).map(|_| Act::Reply(error(status, code))).collect());
            let run = detail(&server.url(), options).run().exits_with(exit);
            assert_eq!(run.outputs()["attempts"], runs, "{}", run.told());
        }
    }
}

#[test]
fn an_attempt_that_may_have_run_is_not_forgotten() {
    let refusal =
        "HTTP/1.1 403 -\r\nx-amzn-ErrorType: AccessDeniedException\r\nContent-Length: 2\r\n\r\n{}";
    let server = Server::start(vec![Act::Reply(Vec::new()), Act::Reply(reply(refusal))]);
    let outputs = fails(
        detail(&server.url(), &["--idempotent"]),
        255,
        "FORBIDDEN",
        "an earlier attempt may have run",
    );
    assert_eq!(outputs["attempts"], 2);
}

#[test]
fn a_refused_connection_was_not_sent() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let outputs = fails(
        detail(&format!("http://{address}"), &[]),
        75,
        "NOT_SENT",
        "cannot connect to 127.0.0.1:",
    );
    assert_eq!(outputs["attempts"], 3);
}

#[test]
fn a_connection_that_nobody_takes_was_not_sent() {
    // With its queue full, the kernel drops what else knocks.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket
        .bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let _waiting: Vec<_> = (0..2)
        .filter_map(|_| {
            std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_millis(50))
                .ok()
        })
        .collect();
    let options = ["--connect-timeout", "0.1", "--max-attempts", "2"];
    let message = "it took longer than 0.1 s (--connect-timeout)";
    let outputs = fails(
        detail(&format!("http://{address}"), &options),
        75,
        "NOT_SENT",
        message,
    );
    assert_eq!(outputs["attempts"], 2);
}

#[test]
fn a_name_without_an_address_was_not_sent() {
    // No resolver asks anybody for a label of 64 characters.
    let host = format!("{}.invalid", "x".repeat(64));
    let message = format!("cannot look up the address of {host}");
    fails(
        detail(&format!("http://{host}"), &["--max-attempts", "1"]),
        75,
        "NOT_SENT",
        &message,
    );
}

#[test]
fn a_silent_server_is_given_up_at_the_time_limit() {
    for (bytes, message) in [
        ("", "no answer came: it took longer than 0.2 s (--timeout)"),
        (
            "HTTP/1.1 200 OK\r\n",
            "its answer was not complete: it took longer than 0.2 s (--timeout)",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
            "its answer was not complete: it took longer than 0.2 s (--timeout)",
        ),
    ] {
        let server = Server::start(vec![Act::ReplyAndStall(reply(bytes))]);
        // The time is for all attempts together: there is none left for a second.
        fails(
            detail(&server.url(), &["--timeout", "0.2", "--idempotent"]),
            255,
            "OUTCOME_UNKNOWN",
            message,
        );
    }
}

#[test]
fn a_chunked_answer_and_one_after_a_100_are_read_to_their_end() {
    for (text, want) in [
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
            "[1,2]",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7",
            "7",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"whole\": true}",
            "{\"whole\": true}",
        ),
    ] {
        let server = Server::start(vec![Act::Reply(reply(text))]);
        let run = Cli::new(&server.url(), &["invoke", "f", "-o", "payload"])
            .run()
            .exits_with(0);
        assert_eq!(run.stdout(), want.as_bytes());
    }
}

#[test]
fn a_refusal_is_told_by_its_head_and_a_broken_result_keeps_what_its_head_told() {
    let head = |status: u16, more: &str| {
        reply(&format!(
            "HTTP/1.1 {status} -\r\nx-amzn-RequestId: id-1\r\n{more}\r\nContent-Length: 99\r\n\r\n{{\"message\""
        ))
    };
    for (status, code, exit) in [
        (404, "ResourceNotFoundException", 254),
        (429, "TooManyRequestsException", 75),
    ] {
        let server = Server::start(vec![Act::Reply(head(
            status,
            &format!("x-amzn-ErrorType: {code}"),
        ))]);
        let run = detail(&server.url(), &["--max-attempts", "1"])
            .run()
            .exits_with(exit);
        assert_eq!(run.outputs()["requestId"], "id-1");
        assert!(run.stderr().contains(code), "{}", run.told());
    }
    let server = Server::start(vec![Act::Reply(head(
        200,
        "X-Amz-Function-Error: Unhandled",
    ))]);
    let message = "its answer was not complete (request id id-1, the function failed: Unhandled)";
    fails(detail(&server.url(), &[]), 255, "OUTCOME_UNKNOWN", message);
}

#[test]
fn a_redirect_is_never_followed() {
    let text = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(vec![Act::Reply(reply(text))]);
    fails(detail(&server.url(), &[]), 255, "UNKNOWN_ERROR", "HTTP 307");
}

#[test]
fn a_clock_that_is_wrong_is_put_right_once() {
    for (clock_offset_seconds, said) in [(600, "600 s behind"), (-600, "600 s ahead")] {
        let mock = Mock::start(Options {
            clock_offset_seconds,
            ..Options::default()
        })
        .unwrap();
        let run = Cli::new(
            &mock.url(),
            &[
                "invoke",
                "echo",
                "-o",
                "detail",
                "-v",
                "--max-attempts",
                "1",
            ],
        )
        .run()
        .exits_with(0);
        assert_eq!(run.outputs()["attempts"], 2);
        // A second may pass between the two clocks' readings.
        let near = said.replace("600", "599");
        assert!(
            run.stderr().contains(said) || run.stderr().contains(&near),
            "{}",
            run.told()
        );
    }
    // A wrong secret under a right clock is not tried again.
    let mock = mock();
    Cli::new(&mock.url(), &["invoke", "echo"])
        .env("AWS_LAMBDA_AWS_SECRET_KEY", "wrong")
        .run()
        .exits_with(254);
    assert_eq!(mock.seen().len(), 1);
    // Nor is one under a wrong clock more than once.
    let mock = Mock::start(Options {
        clock_offset_seconds: 600,
        ..Options::default()
    })
    .unwrap();
    Cli::new(&mock.url(), &["invoke", "echo"])
        .env("AWS_LAMBDA_AWS_SECRET_KEY", "wrong")
        .run()
        .exits_with(254);
    assert_eq!(mock.seen().len(), 2);
}

#[test]
fn a_log_that_the_function_cannot_give_is_not_asked_for_again() {
    let mock = mock();
    let run = Cli::new(&mock.url(), &["invoke", "no-tail", "[1]", "-v"])
        .run()
        .exits_with(0);
    assert_eq!(run.outputs()["lambdaPayload"], "[1]");
    assert!(
        run.stderr().contains("this function gives no log tail"),
        "{}",
        run.told()
    );
    assert_eq!(mock.seen().len(), 2);
}

#[test]
fn expired_keys_of_the_environment_are_not_tried_again() {
    let mock = mock();
    let run = Cli::new(&mock.url(), &["invoke", "error-ExpiredTokenException"])
        .run()
        .exits_with(254);
    assert!(
        run.stderr().contains("have expired: get new ones"),
        "{}",
        run.told()
    );
    assert_eq!(mock.seen().len(), 1);
}

/// A mock with a certificate for `name`, and the CA's file.
fn tls_mock(authority: &Authority, name: &str, validity: Validity) -> String {
    let options = Options {
        tls: Some(authority.server(name, validity)),
        ..Options::default()
    };
    Mock::start(options)
        .unwrap()
        .url()
        .replace("http://127.0.0.1", "https://localhost")
}

#[test]
fn a_call_over_tls_with_a_ca_of_ones_own() {
    let authority = Authority::new();
    let url = tls_mock(&authority, "localhost", Validity::Now);
    let bundle = authority.bundle();
    let bundle = bundle.to_str().unwrap();
    let run = Cli::new(
        &url,
        &[
            "invoke",
            "echo",
            "[1]",
            "-o",
            "payload",
            "--ca-bundle",
            bundle,
        ],
    )
    .run()
    .exits_with(0);
    assert_eq!(run.stdout(), b"[1]");
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        Cli::new(&url, &["invoke", "echo"])
            .env(variable, bundle)
            .run()
            .exits_with(0);
    }
}

#[test]
fn each_fault_of_a_certificate_has_its_own_message() {
    let authority = Authority::new();
    let other = Authority::new();
    for (name, validity, bundle, message) in [
        (
            "other.example",
            Validity::Now,
            &authority,
            "its certificate is for another host name",
        ),
        (
            "localhost",
            Validity::Past,
            &authority,
            "its certificate has expired",
        ),
        (
            "localhost",
            Validity::Future,
            &authority,
            "its certificate is not valid yet",
        ),
        (
            "localhost",
            Validity::Now,
            &other,
            "its certificate is from an unknown issuer; if a company proxy",
        ),
    ] {
        let url = tls_mock(&authority, name, validity);
        let bundle = bundle.bundle();
        let options = [
            "--max-attempts",
            "1",
            "--ca-bundle",
            bundle.to_str().unwrap(),
        ];
        fails(detail(&url, &options), 75, "NOT_SENT", message);
    }
    let server = Server::start(vec![Act::Blurt(reply("HTTP/1.1 400 Bad Request\r\n\r\n"))]);
    let url = server.url().replace("http://", "https://");
    fails(
        detail(&url, &["--max-attempts", "1"]),
        75,
        "NOT_SENT",
        "it does not speak TLS on this port",
    );
    let server = Server::start(vec![Act::ResetAfter(5)]);
    let url = server.url().replace("http://", "https://");
    fails(
        detail(&url, &["--max-attempts", "1"]),
        75,
        "NOT_SENT",
        "cannot make a TLS connection to 127.0.0.1:",
    );
}

#[test]
fn a_tls_answer_that_breaks_off_is_unknown() {
    let authority = Authority::new();
    let url = tls_mock(&authority, "localhost", Validity::Now);
    let bundle = authority.bundle();
    let options = [
        "invoke",
        "sleep-60000",
        "-o",
        "detail",
        "--timeout",
        "0.3",
        "--ca-bundle",
        bundle.to_str().unwrap(),
    ];
    fails(
        Cli::new(&url, &options),
        255,
        "OUTCOME_UNKNOWN",
        "no answer came: it took longer than 0.3 s (--timeout)",
    );
}

#[test]
fn a_ca_bundle_is_read_only_for_tls_and_must_hold_a_certificate() {
    Cli::new(
        &mock().url(),
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

#[test]
fn a_proxy_tunnels_by_the_scheme_of_the_url() {
    let authority = Authority::new();
    let bundle = authority.bundle();
    let bundle = bundle.to_str().unwrap();
    let plain = mock().url();
    let secure = tls_mock(&authority, "lambda.test", Validity::Now);
    for (url, target, variable) in [
        ("http://lambda.test:8080", &plain, "HTTP_PROXY"),
        ("http://lambda.test:8080", &plain, "http_proxy"),
        (
            "https://lambda.test",
            &secure.replace("localhost", "127.0.0.1"),
            "HTTPS_PROXY",
        ),
        (
            "https://lambda.test",
            &secure.replace("localhost", "127.0.0.1"),
            "https_proxy",
        ),
    ] {
        let proxy = Proxy::to(target);
        let run = Cli::new(
            url,
            &[
                "invoke",
                "echo",
                "[1]",
                "-o",
                "payload",
                "-v",
                "--ca-bundle",
                bundle,
            ],
        )
        .env(variable, &format!("http://user:p%40ss@{}", proxy.address()))
        .run()
        .exits_with(0);
        assert_eq!(run.stdout(), b"[1]");
        assert!(
            run.stderr()
                .contains(&format!("proxy {} ({variable})", proxy.address())),
            "{}",
            run.told()
        );
        assert!(!run.stderr().contains("p%40ss"), "{}", run.told());
        let heads = proxy.heads();
        let host = if url.starts_with("https") {
            "lambda.test:443"
        } else {
            "lambda.test:8080"
        };
        assert!(
            heads[0].starts_with(&format!("CONNECT {host} HTTP/1.1\r\n")),
            "{heads:?}"
        );
        // base64 of user:p@ss
        assert!(heads[0].contains("Basic dXNlcjpwQHNz\r\n"), "{heads:?}");
    }
}

#[test]
fn loopback_and_exempted_hosts_go_without_the_proxy() {
    let mock = mock();
    let nowhere = "http://127.0.0.1:1";
    Cli::new(&mock.url(), &["invoke", "echo"])
        .env("HTTP_PROXY", nowhere)
        .run()
        .exits_with(0);
    let run = Cli::new(
        "http://lambda.invalid",
        &["invoke", "echo", "-v", "--max-attempts", "1"],
    )
    .env("HTTP_PROXY", nowhere)
    .env("NO_PROXY", "invalid")
    .run()
    .exits_with(75);
    assert!(!run.stderr().contains("proxy"), "{}", run.told());
}

#[test]
fn a_proxy_that_refuses_or_stalls_was_not_sent_through() {
    for (answer, message) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "the proxy answered 407; put a user name and password",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\n\r\n",
            "the proxy answered 502; ask for leave at the proxy",
        ),
        ("", "it took longer than 0.2 s (--connect-timeout)"),
        (
            "HTTP/1.1 2",
            "it took longer than 0.2 s (--connect-timeout)",
        ),
    ] {
        let proxy = Proxy::answering(answer);
        let options = ["--max-attempts", "1", "--connect-timeout", "0.2"];
        let cli = detail("http://lambda.test:8080", &options).env("HTTP_PROXY", &proxy.address());
        fails(cli, 75, "NOT_SENT", message);
        assert_eq!(proxy.heads().len(), 1);
    }
    let options = ["--max-attempts", "1"];
    let cli = detail("http://lambda.test:8080", &options).env("HTTP_PROXY", "http://127.0.0.1:1");
    fails(
        cli,
        75,
        "NOT_SENT",
        "cannot connect to lambda.test:8080 through the proxy 127.0.0.1:1",
    );
    let run = detail("http://lambda.test", &[])
        .env("HTTP_PROXY", "socks5://h:1")
        .run()
        .exits_with(253);
    assert!(
        run.stderr()
            .contains("a SOCKS proxy, which is not supported"),
        "{}",
        run.told()
    );
}

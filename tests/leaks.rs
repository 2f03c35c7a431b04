//! No secret in any output: known ones are planted in every source, and all that is printed is searched for them.

use crate::support::cli::Cli;
use crate::support::cli::mock;
use crate::support::server::{Act, Server};

const SECRET: &str = "planted/Secret+Key";
const TOKEN: &str = "planted/Session+Token==";

#[test]
fn no_command_prints_a_planted_secret() {
    let mock = mock();
    let url = mock.url();
    let arguments: [&[&str]; 8] = [
        &["invoke", "echo", "-v"],
        &["invoke", "echo", "-v", "-o", "detail"],
        &["invoke", "echo", "-v", "-o", "payload"],
        &[
            "invoke",
            "echo",
            "-v",
            "--endpoint-url",
            "http://127.0.0.1:1",
        ],
        &[
            "invoke",
            "echo",
            "-v",
            "--endpoint-url",
            "http://user:planted@host",
        ],
        &["invoke", "echo", "oops"],
        &["--help"],
        &["invoke", "--nonsense"],
    ];
    for line in arguments {
        for (key, secret, token) in [
            (
                "AWS_LAMBDA_AWS_ACCESS_KEY",
                "AWS_LAMBDA_AWS_SECRET_KEY",
                "AWS_LAMBDA_AWS_SESSION_TOKEN",
            ),
            (
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
            ),
        ] {
            for (secret_value, token_value) in [
                (SECRET, TOKEN),
                ("planted\n", TOKEN),
                (SECRET, "planted\r\n"),
            ] {
                let run = Cli::bare(line)
                    .env("AWS_REGION", "us-east-1")
                    .env("AWS_ENDPOINT_URL_LAMBDA", &url)
                    .env(key, "AKIAIOSFODNN7EXAMPLE")
                    .env(secret, secret_value)
                    .env(token, token_value)
                    .run();
                assert!(
                    !run.told()
                        .replace(&description(&run.told()), "")
                        .contains("planted"),
                    "{}",
                    run.told()
                );
            }
        }
    }
}

#[test]
fn a_service_that_repeats_the_request_does_not_make_us_tell_it() {
    let message = format!(
        "The Canonical String should have been 'POST x-amz-security-token:{TOKEN}' {SECRET}"
    );
    for body in [
        serde_json::json!({ "message": message }).to_string(),
        format!("{} {message}", "x".repeat(280)),
    ] {
        let reply = format!(
            "HTTP/1.1 403 -\r\nx-amzn-ErrorType: InvalidSignatureException\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = Server::start(vec![Act::Reply(reply.into_bytes())]);
        let run = Cli::bare(&[
            "invoke",
            "echo",
            "-v",
            "--region",
            "us-east-1",
            "--endpoint-url",
            &server.url(),
        ])
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .run()
        .exits_with(254);
        let printed = format!("{}{}", run.stderr(), String::from_utf8_lossy(run.stdout()));
        assert!(
            printed.contains("InvalidSignatureException") && !printed.contains("planted"),
            "{printed}"
        );
    }
}

/// The line that names the command and its environment, which is the test's own.
fn description(told: &str) -> String {
    told.lines()
        .find(|line| line.contains("AWS_REGION="))
        .unwrap_or_default()
        .to_owned()
}

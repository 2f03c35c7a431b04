//! No secret in any output: known ones are planted in every source, and all that is printed is searched for them.

use crate::support::cli::Cli;
use crate::support::cli::mock;

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

/// The line that names the command and its environment, which is the test's own.
fn description(told: &str) -> String {
    told.lines()
        .find(|line| line.contains("AWS_REGION="))
        .unwrap_or_default()
        .to_owned()
}

//! Every wrong input is refused before a packet is sent, with a clear message, the code and the exit status.

use crate::support::cli::{Cli, mock};

/// Runs `invoke` at a mock and asserts that it was refused without a request.
#[track_caller]
fn refused(arguments: &[&str], code: &str, message: &str) {
    let mock = mock();
    let line: Vec<&str> = ["invoke"].iter().chain(arguments).copied().collect();
    let run = Cli::new(&mock.url(), &line).run().exits_with(252);
    let outputs = run.outputs();
    let error = outputs["lambdaError"].as_str().unwrap();
    assert!(
        error.starts_with(&format!("{code}: ")) && error.contains(message),
        "{}",
        run.told()
    );
    assert!(!error.contains('\n'));
    assert!(outputs["lambdaPayload"].is_null() && outputs["lambdaStatus"].is_null());
    assert!(
        run.stderr()
            .starts_with(&format!("lambda-connector: {code}: ")),
        "{}",
        run.told()
    );
    assert_eq!(mock.seen().len(), 0, "a request was sent: {}", run.told());
    // With the payload alone asked for, there is none.
    let line: Vec<&str> = line.into_iter().chain(["-o", "payload"]).collect();
    assert_eq!(
        Cli::new(&mock.url(), &line).run().exits_with(252).stdout(),
        b""
    );
}

#[test]
fn the_function() {
    refused(&[], "MISSING_INPUT", "no function is given");
    refused(&[""], "MISSING_INPUT", "the function name is empty");
    refused(
        &["--input", "{}"],
        "MISSING_INPUT",
        "the inputs have no function",
    );
    refused(
        &["--input", r#"{"function":""}"#],
        "MISSING_INPUT",
        "the function name is empty",
    );
    refused(
        &["--input", r#"{"function":7}"#],
        "INVALID_INPUT",
        "function must be a string, and is a number",
    );
    refused(&["my fn"], "INVALID_INPUT", "has \" \" at byte 2");
    refused(
        &["f\r\nX-Evil: 1"],
        "INVALID_INPUT",
        "has \"\\r\" at byte 1",
    );
    refused(
        &["--input", r#"{"function":"f\u0000"}"#],
        "INVALID_INPUT",
        "at byte 1",
    );
    refused(
        &["arn:aws:s3:::bucket"],
        "INVALID_INPUT",
        "none of the forms",
    );
}

#[test]
fn a_bare_name_of_65_characters_is_left_to_lambda() {
    let mock = mock();
    Cli::new(&mock.url(), &["invoke", &"f".repeat(65)])
        .run()
        .exits_with(254);
    assert_eq!(mock.seen().len(), 1);
}

#[test]
fn the_payload() {
    refused(
        &["echo", "hello"],
        "INVALID_REQUEST",
        "expected value at byte 0",
    );
    refused(&["echo", "{\"a\": x}"], "INVALID_REQUEST", "at byte 6");
    refused(
        &["echo", ""],
        "INVALID_REQUEST",
        "no value at byte 0; leave the payload out",
    );
    refused(
        &["--input", r#"{"function":"echo","payload":"hello"}"#],
        "INVALID_REQUEST",
        "expected value at byte 0",
    );
    refused(
        &["echo", "@/no/such/file"],
        "INVALID_INPUT",
        "cannot read the payload from \"/no/such/file\": No such file",
    );
    refused(
        &["echo", "@/"],
        "INVALID_INPUT",
        "cannot read the payload from \"/\": is a directory",
    );
    refused(
        &["echo", "@"],
        "INVALID_INPUT",
        "cannot read the payload from \"\"",
    );
}

#[test]
fn a_payload_over_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("payload.json");
    let at_file = format!("@{}", file.display());
    let write =
        |size: usize| std::fs::write(&file, format!("\"{}\"", "x".repeat(size - 2))).unwrap();
    write(6_291_457);
    refused(&["echo", &at_file], "REQUEST_TOO_LARGE", "6291456 bytes");
    let mock = mock();
    Cli::new(&mock.url(), &["invoke", "echo", &at_file, "-o", "payload"])
        .env("LAMBDA_CONNECTOR_MAX_PAYLOAD_BYTES", "7000000")
        .run()
        .exits_with(0);
    Cli::new(&mock.url(), &["invoke", "echo"])
        .env("LAMBDA_CONNECTOR_MAX_PAYLOAD_BYTES", "6MB")
        .run()
        .exits_with(253);
    write(1_048_577);
    refused(
        &["echo", &at_file, "--invocation-type", "Event"],
        "REQUEST_TOO_LARGE",
        "1048576 bytes",
    );
    let input = format!(
        "{{\"function\":\"echo\",\"payload\":\"\\\"{}\\\"\"}}",
        "x".repeat(1_048_576)
    );
    std::fs::write(&file, input).unwrap();
    refused(
        &["--input", &at_file, "--invocation-type", "Event"],
        "REQUEST_TOO_LARGE",
        "1048578 bytes",
    );
}

#[test]
fn the_inputs_object() {
    refused(
        &["--input", "oops"],
        "INVALID_INPUT",
        "the inputs are not a JSON object: expected value at byte 0",
    );
    refused(
        &["--input", "[]"],
        "INVALID_INPUT",
        "the inputs are not a JSON object",
    );
    refused(
        &["--input", r#"{"function":"f","paylod":1}"#],
        "INVALID_INPUT",
        "unknown key \"paylod\"; did you mean \"payload\"?",
    );
    refused(
        &["--input", "@/no/such/file"],
        "INVALID_INPUT",
        "cannot read the inputs",
    );
}

#[test]
fn the_options() {
    refused(
        &["echo", "--client-context", "[]"],
        "INVALID_INPUT",
        "the client context is not a JSON object",
    );
    refused(
        &["echo", "--client-context", "{"],
        "INVALID_INPUT",
        "at byte 1",
    );
    refused(
        &[
            "echo",
            "--client-context",
            &format!("{{\"a\":\"{}\"}}", "x".repeat(2_680)),
        ],
        "INVALID_INPUT",
        "at most 3583",
    );
    refused(
        &["echo", "--client-context", "@/no/such/file"],
        "INVALID_INPUT",
        "cannot read the client context",
    );
    refused(
        &["echo", "--tenant-id", "a\nb"],
        "INVALID_INPUT",
        "the tenant id \"a\\nb\" cannot be one",
    );
    refused(
        &["echo", "--tenant-id", ""],
        "INVALID_INPUT",
        "the tenant id \"\" cannot be one",
    );
    refused(
        &["echo", "--durable-execution-name", "a b"],
        "INVALID_INPUT",
        "the durable execution name",
    );
    refused(
        &["echo", "--qualifier", "a\r\nb"],
        "INVALID_INPUT",
        "the qualifier \"a\\r\\nb\" cannot be one",
    );
    refused(
        &["name:1", "--qualifier", "2"],
        "INVALID_INPUT",
        "ends in \"1\", and the qualifier is \"2\"",
    );
}

#[test]
fn region_and_endpoint() {
    refused(
        &["echo", "--region", "us-east-1.evil.com/"],
        "INVALID_INPUT",
        "the region \"us-east-1.evil.com/\" cannot be one",
    );
    refused(
        &["echo", "--region", "us east"],
        "INVALID_INPUT",
        "the region \"us east\" cannot be one",
    );
    refused(
        &["echo", "--region", "us-east-1\r\nx"],
        "INVALID_INPUT",
        "the region",
    );
    refused(
        &[
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "--region",
            "us-east-1",
        ],
        "INVALID_INPUT",
        "--region is us-east-1, and the function's ARN is of eu-west-1",
    );
    refused(
        &["echo", "--endpoint-url", "localhost:4566"],
        "INVALID_INPUT",
        "does not begin with http",
    );
    refused(
        &["echo", "--endpoint-url", "http://"],
        "INVALID_INPUT",
        "the endpoint URL",
    );
    refused(
        &["echo", "--endpoint-url", "http://user:pass@host"],
        "INVALID_INPUT",
        "has a user name in it",
    );
    refused(
        &["echo", "--use-fips-endpoint", "--endpoint-url", "http://h"],
        "INVALID_INPUT",
        "both asked for",
    );
}

#[test]
fn what_the_environment_lacks_is_a_configuration_error() {
    let mock = mock();
    let keys = |cli: Cli| {
        cli.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "s")
    };
    let at_mock = ["invoke", "echo", "--endpoint-url", &mock.url()];
    for (cli, message) in [
        (keys(Cli::bare(&["invoke", "echo"])), "no region"),
        (
            keys(Cli::bare(&["invoke", "echo"])).env("AWS_REGION", "us east"),
            "AWS_REGION is set wrongly",
        ),
        (
            keys(Cli::bare(&["invoke", "echo"])).env("AWS_ENDPOINT_URL", "nonsense"),
            "AWS_ENDPOINT_URL is set wrongly",
        ),
        (
            Cli::bare(&at_mock),
            "no credentials found; looked at the connector variables",
        ),
        (
            Cli::bare(&at_mock).env("AWS_LAMBDA_AWS_SECRET_KEY", "s"),
            "AWS_LAMBDA_AWS_ACCESS_KEY is not",
        ),
        (
            Cli::bare(&at_mock).env("AWS_ACCESS_KEY_ID", "a"),
            "AWS_SECRET_ACCESS_KEY is not",
        ),
        (
            keys(Cli::bare(&at_mock)).env("AWS_SESSION_TOKEN", "a\n"),
            "AWS_SESSION_TOKEN holds",
        ),
    ] {
        let run = cli.run().exits_with(253);
        let error = run.outputs()["lambdaError"].as_str().unwrap().to_owned();
        assert!(
            error.starts_with("NOT_SENT: ") && error.contains(message),
            "{}",
            run.told()
        );
    }
    assert_eq!(mock.seen().len(), 0);
}

#[test]
fn a_wrong_command_line_prints_nothing_on_standard_output() {
    for line in [
        &[][..],
        &["invok"],
        &["invoke", "--regoin", "x"],
        &["invoke", "f", "-o", "xml"],
        &["invoke", "f", "{}", "x"],
    ] {
        let run = Cli::bare(line).run().exits_with(252);
        assert_eq!(run.stdout(), b"");
        assert_eq!(run.stderr().lines().count(), 2, "{}", run.told());
    }
}

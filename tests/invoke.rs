//! What a call sends, and what it prints when Lambda answers.

use serde_json::Value;

use crate::support::cli::{Cli, invoke, mock};

#[test]
fn the_four_outputs_are_printed() {
    let outputs = invoke(&["log", "{\"n\": 1.10}"]).exits_with(0).outputs();
    assert_eq!(outputs["lambdaPayload"], "{\"n\": 1.10}");
    assert_eq!(outputs["lambdaStatus"], 200);
    assert!(
        outputs["lambdaLog"]
            .as_str()
            .unwrap()
            .contains("hello from the function\nh\u{e9}llo again\n")
    );
    assert_eq!(outputs["lambdaError"], Value::Null);
    assert_eq!(outputs.as_object().unwrap().len(), 4);
}

#[test]
fn payload_bytes_travel_unchanged_both_ways() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("payload.json");
    for payload in [
        "1.10",
        "123456789012345678901234567890",
        "{\"b\":1,\"a\":2,\"b\":3}",
        "\"\\u2028\u{2028}\\/\"",
        " [1]\n",
        "null",
        "\"\\ud800\"",
        "1e400",
        "-0",
    ] {
        std::fs::write(&file, payload).unwrap();
        let at_file = format!("@{}", file.display());
        let mock = mock();
        let input = format!(
            "{{\"function\":\"echo\", \"payload\" : {} }}",
            payload.trim()
        );
        let input_string =
            serde_json::json!({ "function": "echo", "payload": payload }).to_string();
        let runs: [(&[&str], Option<&str>, &str); 6] = [
            (
                &["invoke", "-o", "payload", "echo", "--", payload],
                None,
                payload,
            ),
            (
                &["invoke", "-o", "payload", "echo", &at_file],
                None,
                payload,
            ),
            (
                &["invoke", "-o", "payload", "echo", "-"],
                Some(payload),
                payload,
            ),
            (
                &["invoke", "-o", "payload", "--input", &input_string],
                None,
                payload,
            ),
            (
                &["invoke", "-o", "payload", "--input", "-"],
                Some(&input),
                payload.trim(),
            ),
            (
                &["invoke", "-o", "payload", "--input", "-"],
                Some(&input_string),
                payload,
            ),
        ];
        for (arguments, stdin, want) in runs {
            // A string in the inputs is the JSON text itself, not a value to be cut out.
            if stdin == Some(&input) && payload.starts_with('"') {
                continue;
            }
            let cli = Cli::new(&mock.url(), arguments);
            let run = match stdin {
                Some(text) => cli.stdin(text.as_bytes()).run(),
                None => cli.run(),
            }
            .exits_with(0);
            // null in the inputs is an empty body, which Lambda takes for {}.
            let is_null = want == "null" && arguments.contains(&"--input") && stdin == Some(&input);
            let (sent, answered) = if is_null { ("", "{}") } else { (want, want) };
            assert_eq!(run.stdout(), answered.as_bytes(), "{}", run.told());
            assert_eq!(
                mock.seen().last().unwrap().body,
                sent.as_bytes(),
                "{}",
                run.told()
            );
        }
    }
}

#[test]
fn without_a_payload_nothing_is_read_and_nothing_is_sent() {
    let mock = mock();
    Cli::new(&mock.url(), &["invoke", "echo"])
        .stdin(b"not asked for")
        .run()
        .exits_with(0);
    let seen = &mock.seen()[0];
    assert_eq!(
        (seen.body.as_slice(), seen.header("content-length")),
        (b"".as_slice(), Some("0"))
    );
}

#[test]
fn six_megabytes_go_in_and_come_out() {
    let payload = format!("\"{}\"", "x".repeat(6 * 1024 * 1024 - 2));
    let mock = mock();
    let run = Cli::new(&mock.url(), &["invoke", "echo", "-"])
        .stdin(payload.as_bytes())
        .run()
        .exits_with(0);
    assert_eq!(run.outputs()["lambdaPayload"].as_str().unwrap(), payload);
}

#[test]
fn every_form_of_a_name_is_signed_and_arrives() {
    let mock = mock();
    for name in [
        "echo",
        "echo:prod",
        "echo:7",
        "echo:$LATEST",
        "123456789012:function:echo",
        "123456789012:function:echo:prod",
        "arn:aws:lambda:us-east-1:123456789012:function:echo",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:echo:7",
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:echo:$LATEST",
    ] {
        let run = Cli::new(&mock.url(), &["invoke", name, "[1]", "-o", "payload"])
            .run()
            .exits_with(0);
        assert_eq!(run.stdout(), b"[1]", "{name}");
        let encoded = name.replace(':', "%3A").replace('$', "%24");
        let seen = mock.seen().pop().unwrap();
        assert_eq!(
            seen.path,
            format!("/2015-03-31/functions/{encoded}/invocations")
        );
        let region = name
            .split(':')
            .nth(3)
            .filter(|_| name.starts_with("arn:"))
            .unwrap_or("us-east-1");
        assert!(
            seen.header("authorization")
                .unwrap()
                .contains(&format!("/{region}/lambda/aws4_request")),
            "{name}"
        );
    }
}

#[test]
fn every_option_is_sent_as_the_api_has_it() {
    let mock = mock();
    let base = format!("{}/base/path/", mock.url());
    Cli::new(&base, &["invoke", "echo"]).run().exits_with(0);
    assert_eq!(
        mock.seen()[0].path,
        "/base/path/2015-03-31/functions/echo/invocations"
    );
    let arguments = [
        "invoke",
        "inspect",
        "{}",
        "-o",
        "payload",
        "--qualifier=$LATEST",
        "--log-type",
        "Tail",
        "--client-context",
        "{\"a\":1}",
        "--tenant-id",
        "tenant a/b",
        "--durable-execution-name",
        "order-42",
        "--invocation-type",
        "RequestResponse",
    ];
    let run = Cli::new(&mock.url(), &arguments).run().exits_with(0);
    let request: Value = serde_json::from_slice(run.stdout()).unwrap();
    assert_eq!(request["query"], "Qualifier=%24LATEST");
    for (name, value) in [
        ("x-amz-invocation-type", "RequestResponse"),
        ("x-amz-log-type", "Tail"),
        ("x-amz-client-context", "eyJhIjoxfQ=="),
        ("x-amz-tenant-id", "tenant a/b"),
        ("x-amz-durable-execution-name", "order-42"),
        ("content-type", "application/json"),
        ("content-length", "2"),
    ] {
        assert_eq!(request["headers"][name], value, "{name}");
    }
    // The decoded log goes to standard error when the payload alone is printed.
    assert!(
        run.stderr().starts_with("START RequestId: 00000000-"),
        "{}",
        run.told()
    );
}

#[test]
fn the_client_context_may_come_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("context.json");
    std::fs::write(&file, "{\"a\":1}").unwrap();
    let mock = mock();
    let context = format!("@{}", file.display());
    Cli::new(
        &mock.url(),
        &["invoke", "echo", "--client-context", &context],
    )
    .run()
    .exits_with(0);
    assert_eq!(
        mock.seen()[0].header("x-amz-client-context"),
        Some("eyJhIjoxfQ==")
    );
}

#[test]
fn the_log_is_asked_for_where_it_is_printed() {
    for (arguments, asked) in [
        (&["log"][..], true),
        (&["log", "-o", "detail"], true),
        (&["log", "-o", "payload"], false),
        (&["log", "--log-type", "None"], false),
        (&["log", "--invocation-type", "Event"], false),
        (&["log", "--invocation-type", "DryRun"], false),
    ] {
        let mock = mock();
        let arguments: Vec<&str> = ["invoke"].iter().chain(arguments).copied().collect();
        Cli::new(&mock.url(), &arguments).run().exits_with(0);
        assert_eq!(
            mock.seen()[0].header("x-amz-log-type").is_some(),
            asked,
            "{arguments:?}"
        );
    }
}

#[test]
fn events_and_dry_runs_have_no_payload() {
    for (invocation_type, status) in [("Event", 202), ("DryRun", 204)] {
        let outputs = invoke(&["echo", "{}", "--invocation-type", invocation_type])
            .exits_with(0)
            .outputs();
        assert_eq!(
            outputs,
            serde_json::json!({
                "lambdaPayload": null, "lambdaStatus": status, "lambdaLog": null, "lambdaError": null
            })
        );
    }
}

#[test]
fn temporary_keys_send_and_sign_their_token() {
    let options = crate::mock::Options {
        session_token: Some("TOKEN/with+chars==".to_owned()),
        ..Default::default()
    };
    let mock = crate::mock::Mock::start(options).unwrap();
    Cli::new(&mock.url(), &["invoke", "echo"])
        .env("AWS_LAMBDA_AWS_SESSION_TOKEN", "TOKEN/with+chars==")
        .run()
        .exits_with(0);
    Cli::new(&mock.url(), &["invoke", "echo"])
        .run()
        .exits_with(254);
}

#[test]
fn the_standard_variables_do_where_the_connectors_are_not_set() {
    let mock = mock();
    Cli::bare(&["invoke", "echo", "--endpoint-url", &mock.url()])
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", crate::support::cli::SECRET)
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .run()
        .exits_with(0);
    assert!(
        mock.seen()[0]
            .header("authorization")
            .unwrap()
            .contains("/eu-central-1/lambda/")
    );
}

#[test]
fn a_failing_function_of_every_runtime_exits_with_1_and_loses_nothing() {
    for (runtime, error) in [
        ("python", "FUNCTION_ERROR: Unhandled: KeyError: 'x'"),
        ("handled", "FUNCTION_ERROR: Handled: KeyError: 'x'"),
        ("nodejs", "FUNCTION_ERROR: Unhandled: Error: boom"),
        (
            "java",
            "FUNCTION_ERROR: Unhandled: java.lang.RuntimeException: boom",
        ),
        (
            "ruby",
            "FUNCTION_ERROR: Unhandled: Function<RuntimeError>: boom",
        ),
        ("dotnet", "FUNCTION_ERROR: Unhandled: Exception: boom"),
        ("go", "FUNCTION_ERROR: Unhandled: errorString: boom"),
        (
            "rust",
            "FUNCTION_ERROR: Unhandled: alloc::string::String: boom",
        ),
        (
            "timeout",
            "FUNCTION_ERROR: Unhandled: Sandbox.Timedout: RequestId: r Error: Task timed out after 1.00 seconds",
        ),
        (
            "exit",
            "FUNCTION_ERROR: Unhandled: Runtime.ExitError: RequestId: r Error: Runtime exited with error: exit status 127",
        ),
        ("text", "FUNCTION_ERROR: Unhandled: out of cheese"),
        (
            "binary",
            "FUNCTION_ERROR: Unhandled: (2 bytes that are not UTF-8)",
        ),
    ] {
        let function = format!("fail-{runtime}");
        let run = invoke(&[&function]).exits_with(1);
        let outputs = run.outputs();
        assert_eq!(outputs["lambdaError"], error);
        assert_eq!(outputs["lambdaStatus"], 200);
        if runtime == "binary" {
            assert_eq!(outputs["lambdaPayload"], Value::Null);
            assert_eq!(outputs["lambdaPayloadBase64"], "//4=");
        } else {
            assert!(outputs["lambdaPayload"].is_string(), "{}", run.told());
        }
        assert!(
            run.stderr()
                .starts_with(&format!("lambda-connector: {error}\n")),
            "{}",
            run.told()
        );
        let raw = invoke(&[&function, "-o", "payload"]).exits_with(1);
        assert!(!raw.stdout().is_empty(), "{}", raw.told());
    }
}

#[test]
fn detail_tells_what_is_known() {
    let outputs = invoke(&["log", "-o", "detail"]).exits_with(0).outputs();
    assert!(
        outputs["requestId"]
            .as_str()
            .unwrap()
            .starts_with("00000000-")
    );
    assert_eq!(outputs["executedVersion"], "$LATEST");
    assert_eq!(
        (&outputs["attempts"], &outputs["mayHaveRun"]),
        (&1.into(), &true.into())
    );
    assert!(outputs["elapsedMs"].is_u64());
    assert!(
        outputs["traceId"]
            .as_str()
            .unwrap()
            .contains("1-5bdb40ca-556d8b0c50dc66f0511bf520")
    );
    assert_eq!(
        outputs["report"].to_string(),
        r#"{"billedDurationMs":2,"durationMs":1.25,"initDurationMs":200.1,"maxMemoryUsedMb":38,"memorySizeMb":128}"#
    );
    let outputs = invoke(&["fail-python:7", "-o", "detail"])
        .exits_with(1)
        .outputs();
    assert_eq!(
        (&outputs["functionError"], &outputs["executedVersion"]),
        (&"Unhandled".into(), &"7".into())
    );
    let outputs = invoke(&["durable", "-o", "detail", "--durable-execution-name", "o-1"])
        .exits_with(0)
        .outputs();
    assert!(
        outputs["durableExecutionArn"]
            .as_str()
            .unwrap()
            .ends_with("/durable-execution/o-1/1")
    );
}

#[test]
fn a_payload_may_stand_as_the_json_value_that_it_is() {
    let run = invoke(&[
        "echo",
        "{\"b\": 1.10,\n\"a\":1e400}",
        "--payload-as",
        "json",
    ])
    .exits_with(0);
    assert!(
        run.stdout()
            .starts_with(b"{\"lambdaPayload\":{\"b\": 1.10,\"a\":1e400},"),
        "{}",
        run.told()
    );
    assert_eq!(
        invoke(&["text", "--payload-as=json"])
            .exits_with(0)
            .outputs()["lambdaPayload"],
        "plain text"
    );
}

#[test]
fn an_empty_or_binary_result_is_told_as_it_is() {
    assert_eq!(
        invoke(&["null"]).exits_with(0).outputs()["lambdaPayload"],
        "null"
    );
    assert_eq!(
        invoke(&["empty"]).exits_with(0).outputs()["lambdaPayload"],
        Value::Null
    );
    let outputs = invoke(&["binary"]).exits_with(0).outputs();
    assert_eq!(
        (&outputs["lambdaPayload"], &outputs["lambdaPayloadBase64"]),
        (&Value::Null, &"//4AYmluYXJ5".into())
    );
    assert_eq!(
        invoke(&["binary", "-o", "payload"]).exits_with(0).stdout(),
        b"\xff\xfe\x00binary"
    );
}

#[test]
fn verbose_tells_where_everything_came_from() {
    let run = invoke(&["echo", "-v"]).exits_with(0);
    let stderr = run.stderr();
    for line in [
        "region us-east-1 (AWS_LAMBDA_AWS_REGION)",
        "(AWS_ENDPOINT_URL_LAMBDA)",
        "(the connector variables)",
        "attempt 1: POST http://127.0.0.1:",
        "answer 200, request id 00000000-",
    ] {
        assert!(stderr.contains(line), "{line}: {}", run.told());
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = Cli::new(&mock().url(), &["invoke", "echo"])
        .stdout(writer)
        .run()
        .exits_with(0);
    assert_eq!(run.stderr(), "");
}

#[test]
fn an_answer_that_cannot_be_written_is_not_lost_silently() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let run = Cli::new(&mock().url(), &["invoke", "echo"])
        .stdout(full)
        .run()
        .exits_with(255);
    assert!(
        run.stderr()
            .contains("the function ran, and its answer could not be written"),
        "{}",
        run.told()
    );
}

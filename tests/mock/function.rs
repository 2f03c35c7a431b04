//! The functions that the mock plays, by name, and Lambda's own answers around them.
//!
//! Shapes are those recorded from AWS; see <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use aws_smithy_types::date_time::Format;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::sigv4::decode;
use super::{Reply, Seen};

/// What can be played, for the mock's own help.
pub(crate) const FUNCTIONS: &str =
    "  echo              the payload as it came          null, empty    null; no body at all
  inspect           the request as JSON             text, binary   not JSON; not UTF-8
  log               a few log lines                 big-N          N bytes of JSON
  sleep-MS          after MS milliseconds           durable        a durable execution
  no-tail           refuses to give a log
  fail-RUNTIME      python nodejs java ruby dotnet go rust timeout exit text binary handled
  error-NAME        an error of the API, like error-TooManyRequestsException
  status-NNN        a bare status, as from something between";

/// Answers a request whose signature is right.
pub(crate) fn answer(seen: &Seen, request_id: &str) -> Reply {
    let name = seen
        .path
        .split_once("/2015-03-31/functions/")
        .and_then(|(_, rest)| rest.strip_suffix("/invocations"));
    let Some(full_name) = name.map(decode).filter(|_| seen.method == "POST") else {
        return error_reply(
            404,
            "UnknownOperationException",
            &json!({ "message": "no such operation" }),
        );
    };
    let is_json = |bytes: &[u8]| {
        bytes.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
    };
    if !is_json(&seen.body) {
        let message = "Could not parse request body into json: Could not parse payload into json";
        return error_reply(
            400,
            "InvalidRequestContentException",
            &json!({ "Type": "User", "message": message }),
        );
    }
    let context = seen
        .header("x-amz-client-context")
        .map(|value| STANDARD.decode(value).unwrap_or_default());
    if context.is_some_and(|json| {
        serde_json::from_slice::<serde_json::Map<String, Value>>(&json).is_err()
    }) {
        let message = "Client context must be a valid Base64-encoded JSON object.";
        return error_reply(
            400,
            "InvalidRequestContentException",
            &json!({ "Type": null, "message": message }),
        );
    }
    let function = own_name(&full_name);
    let mut reply = play(function, seen).unwrap_or_else(|| {
        let message = format!(
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:{function}"
        );
        error_reply(
            404,
            "ResourceNotFoundException",
            &json!({ "Type": "User", "Message": message }),
        )
    });
    let invocation_type = seen
        .header("x-amz-invocation-type")
        .unwrap_or("RequestResponse");
    match invocation_type {
        _ if reply.status != 200 => {}
        "Event" => reply = bare(202),
        "DryRun" => reply = bare(204),
        _ => finish(&mut reply, function, &full_name, seen, request_id),
    }
    reply
}

/// An error in the API's shape.
pub(crate) fn error_reply(status: u16, code: &str, body: &Value) -> Reply {
    let headers = vec![("x-amzn-ErrorType".to_owned(), code.to_owned())];
    Reply {
        status,
        headers,
        body: body.to_string().into_bytes(),
    }
}

/// The function's own name: what stands before the qualifier, and after `function:` if that stands anywhere.
fn own_name(full_name: &str) -> &str {
    let name = full_name
        .rsplit_once("function:")
        .map_or(full_name, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

fn play(function: &str, seen: &Seen) -> Option<Reply> {
    let (kind, argument) = function.split_once('-').unwrap_or((function, ""));
    Some(match (kind, argument) {
        ("no", "tail") if seen.header("x-amz-log-type") == Some("Tail") => {
            let message = "The LogType Tail is not supported for functions on managed instances.";
            let body = json!({ "Type": "User", "message": message });
            error_reply(400, "InvalidParameterValueException", &body)
        }
        ("echo" | "log" | "durable", "") | ("no", "tail") => ok(if seen.body.is_empty() {
            b"{}"
        } else {
            &seen.body
        }),
        ("null", "") => ok(b"null"),
        ("empty", "") => ok(b""),
        ("text", "") => ok(b"plain text"),
        ("binary", "") => ok(b"\xff\xfe\x00binary"),
        ("inspect", "") => ok(inspect(seen).to_string().as_bytes()),
        ("big", size) => ok(format!(
            "\"{}\"",
            "x".repeat(size.parse::<usize>().ok()?.checked_sub(2)?)
        )
        .as_bytes()),
        ("sleep", milliseconds) => {
            thread::sleep(Duration::from_millis(milliseconds.parse().ok()?));
            ok(b"\"awake\"")
        }
        ("fail", runtime) => fail(runtime)?,
        ("error", name) => api_error(name)?,
        ("status", status) => {
            let status = status.parse().ok()?;
            Reply {
                status,
                headers: Vec::new(),
                body: format!("<html>status {status}</html>").into_bytes(),
            }
        }
        _ => return None,
    })
}

fn ok(body: &[u8]) -> Reply {
    Reply {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

fn bare(status: u16) -> Reply {
    Reply {
        status,
        ..Reply::default()
    }
}

/// What a synchronous call brings besides the result: version, log, durable execution.
fn finish(reply: &mut Reply, function: &str, full_name: &str, seen: &Seen, id: &str) {
    let qualifier = seen
        .query
        .strip_prefix("Qualifier=")
        .map(decode)
        .or_else(|| {
            let tail = full_name.rsplit_once(function)?.1.strip_prefix(':')?;
            Some(tail.to_owned())
        });
    let version = qualifier.filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    let version = version.unwrap_or_else(|| "$LATEST".to_owned());
    reply
        .headers
        .push(("X-Amz-Executed-Version".to_owned(), version));
    if function == "durable" {
        let name = seen
            .header("x-amz-durable-execution-name")
            .unwrap_or("unnamed");
        let arn = format!(
            "arn:aws:lambda:us-east-1:123456789012:function:durable:1/durable-execution/{name}/1"
        );
        reply
            .headers
            .push(("X-Amz-Durable-Execution-Arn".to_owned(), arn));
    }
    if seen.header("x-amz-log-type") == Some("Tail") {
        let lines = if function == "log" {
            "hello from the function\nh\u{e9}llo again\n"
        } else {
            ""
        };
        let log = format!(
            "START RequestId: {id} Version: $LATEST\n{lines}END RequestId: {id}\nREPORT RequestId: {id}\tDuration: 1.25 ms\t\
             Billed Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 38 MB\tInit Duration: 200.10 ms\t\n"
        );
        reply
            .headers
            .push(("X-Amz-Log-Result".to_owned(), STANDARD.encode(log)));
    }
}

fn inspect(seen: &Seen) -> Value {
    let headers: serde_json::Map<String, Value> = seen
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    json!({ "path": seen.path, "query": seen.query, "headers": headers, "body": String::from_utf8_lossy(&seen.body) })
}

/// The error objects of the runtimes.
fn fail(runtime: &str) -> Option<Reply> {
    let body: &[u8] = match runtime {
        "python" | "handled" => br#"{"errorMessage": "'x'", "errorType": "KeyError", "requestId": "r", "stackTrace": ["  File \"/var/task/f.py\", line 2, in handler\n"]}"#,
        "nodejs" => br#"{"errorType":"Error","errorMessage":"boom","trace":["Error: boom","    at handler"]}"#,
        "java" => br#"{"errorMessage":"boom","errorType":"java.lang.RuntimeException","stackTrace":["example.Handler.handle"],"cause":{"errorMessage":"inner","errorType":"java.io.IOException"}}"#,
        "ruby" => br#"{"errorMessage":"boom","errorType":"Function<RuntimeError>","stackTrace":["f.rb:1"]}"#,
        "dotnet" => br#"{"errorType":"Exception","errorMessage":"boom","stackTrace":["at F()"]}"#,
        "go" => br#"{"errorMessage":"boom","errorType":"errorString","stackTrace":[{"path":"main.go","line":7,"label":"main"}]}"#,
        "rust" => br#"{"errorType":"alloc::string::String","errorMessage":"boom"}"#,
        "timeout" => br#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 1.00 seconds"}"#,
        "exit" => br#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: r Error: Runtime exited with error: exit status 127"}"#,
        "text" => b"out of cheese",
        "binary" => b"\xff\xfe",
        _ => return None,
    };
    let kind = if runtime == "handled" {
        "Handled"
    } else {
        "Unhandled"
    };
    Some(Reply {
        status: 200,
        headers: vec![("X-Amz-Function-Error".to_owned(), kind.to_owned())],
        body: body.to_vec(),
    })
}

fn api_error(name: &str) -> Option<Reply> {
    let status = match name.strip_suffix("Exception")? {
        "InvalidParameterValue"
        | "InvalidRequestContent"
        | "ModeNotSupported"
        | "NoPublishedVersion"
        | "RecursiveInvocation"
        | "SnapStart"
        | "Validation" => 400,
        "ServiceQuotaExceeded" => 402,
        "AccessDenied"
        | "ExpiredToken"
        | "UnrecognizedClient"
        | "EFSMountFailure"
        | "S3FilesMountFailure" => 403,
        "ResourceNotFound" => 404,
        "EFSMountConnectivity"
        | "EFSMountTimeout"
        | "S3FilesMountConnectivity"
        | "S3FilesMountTimeout"
        | "SnapStartTimeout" => 408,
        "CodeArtifactUserDeleted"
        | "CodeArtifactUserFailed"
        | "CodeArtifactUserPending"
        | "DurableExecutionAlreadyStarted"
        | "ResourceConflict"
        | "RuntimeAliasDeleted"
        | "RuntimeVersionDeleted"
        | "SnapStartNotReady"
        | "SnapStartRegenerationFailure" => 409,
        "EFSIO" => 410,
        "RequestTooLarge" | "RequestEntityTooLarge" | "SerializedRequestEntityTooLarge" => 413,
        "UnsupportedMediaType" => 415,
        "TooManyRequests" => {
            let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
            let body = json!({ "Reason": reason, "Type": "User", "message": "Rate Exceeded." });
            let mut reply = error_reply(429, name, &body);
            reply
                .headers
                .push(("Retry-After".to_owned(), "3".to_owned()));
            return Some(reply);
        }
        "Service" => 500,
        "EC2AccessDenied"
        | "EC2Throttled"
        | "EC2Unexpected"
        | "ENILimitReached"
        | "ENINotReady"
        | "InvalidRuntime"
        | "InvalidSecurityGroupID"
        | "InvalidSubnetID"
        | "InvalidZipFile"
        | "KMSAccessDenied"
        | "KMSDisabled"
        | "KMSInvalidState"
        | "KMSNotFound"
        | "ResourceNotReady"
        | "SubnetIPAddressLimitReached" => 502,
        _ => return None,
    };
    Some(error_reply(
        status,
        name,
        &json!({ "Type": "User", "Message": format!("this is {name}") }),
    ))
}

/// The headers that every answer of Lambda has.
pub(crate) fn common_headers(request_id: &str, now: i64) -> [(String, String); 5] {
    let date = aws_smithy_types::DateTime::from_secs(now)
        .fmt(Format::HttpDate)
        .unwrap_or_default();
    [
        ("Date", date.as_str()),
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", request_id),
        ("x-amzn-Remapped-Content-Length", "0"),
        (
            "X-Amzn-Trace-Id",
            "root=1-5bdb40ca-556d8b0c50dc66f0511bf520;sampled=0",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// An id for the next request.
pub(crate) fn next_request_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!(
        "00000000-0000-4000-8000-{:012}",
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

//! What Lambda answered: status, headers and body become an [`Answer`].
//!
//! Headers come first; the body is read for details only, and is never needed to know whether the function failed.
//! Knows no retries and prints nothing.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use crate::invocation::InvocationType;
use crate::json;
use crate::rejection::{Rejection, RunState};

/// A whole HTTP response, as the transport hands it over.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the answer told where its body ends. Without that, a body that was cut off looks like a whole one.
    pub is_delimited: bool,
}

/// What Lambda answered to one Invoke call.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How it went.
    pub outcome: Outcome,
    /// The function's result, or its error object, exactly as it came; empty where there is none.
    pub payload: Vec<u8>,
    /// The tail of the log, decoded; bytes that are not UTF-8 are replaced.
    pub log: Option<String>,
    /// Lambda's id of this request.
    pub request_id: Option<String>,
    /// The version that ran.
    pub executed_version: Option<String>,
    /// The X-Ray trace header.
    pub trace_id: Option<String>,
    /// The durable execution.
    pub durable_execution_arn: Option<String>,
}

/// How an answered call went.
#[derive(Debug)]
pub enum Outcome {
    /// The function ran and returned.
    Succeeded,
    /// The event was queued.
    Accepted,
    /// The dry run was allowed; nothing ran.
    DryRun,
    /// The function ran and failed.
    FunctionError(FunctionError),
    /// Lambda, or something between, refused the call.
    Rejected(Rejection),
}

/// A function's own failure, as far as its error object has a known shape.
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The header's value, `Unhandled` as a rule.
    pub kind: String,
    /// The kind, the error's type and its message, joined by `: `.
    pub summary: String,
}

impl Response {
    /// Whether all of the answer is here, as far as can be told: one that did not say how long it is must at least
    /// be whole JSON where a result is expected, and no bare number, which looks whole wherever it is cut.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_delimited
            || !(200..300).contains(&self.status)
            || matches!(self.status, 202 | 204)
            || json::check(&self.body).is_ok_and(|text| {
                !text
                    .trim_end()
                    .ends_with(|last: char| last.is_ascii_digit())
            })
    }
}

impl Answer {
    /// Reads a response. Nothing in it can make this fail: what is not understood is kept as it stands.
    #[must_use]
    pub fn classify(response: Response) -> Self {
        let Response {
            status,
            headers,
            body,
            ..
        } = response;
        let header = |name| {
            headers
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (outcome, payload) = match (header("x-amz-function-error"), status) {
            // Its presence is what counts: the value has been `Handled` and `Unhandled`.
            (Some(kind), _) => (
                Outcome::FunctionError(FunctionError::read(kind, &body)),
                body,
            ),
            (None, 202) => (Outcome::Accepted, body),
            (None, 204) => (Outcome::DryRun, body),
            (None, 200..=299) => (Outcome::Succeeded, body),
            (None, _) => (
                Outcome::Rejected(Rejection::read(status, &headers, &body)),
                Vec::new(),
            ),
        };
        Self {
            status,
            outcome,
            payload,
            log: header("x-amz-log-result").map(decode_log),
            request_id: header("x-amzn-requestid").map(|id| one_line(&id)),
            executed_version: header("x-amz-executed-version"),
            trace_id: header("x-amzn-trace-id"),
            durable_execution_arn: header("x-amz-durable-execution-arn"),
        }
    }

    /// Whether Lambda gives this answer to a call of `invocation_type`: 202 and 204 are for calls that wait for no
    /// result. A stand-in that knows only calls which wait may answer 200 to any.
    #[must_use]
    pub fn fits(&self, invocation_type: InvocationType) -> bool {
        !matches!(
            (&self.outcome, invocation_type),
            (
                Outcome::Accepted | Outcome::DryRun,
                InvocationType::RequestResponse
            ) | (Outcome::DryRun, InvocationType::Event)
        )
    }

    /// Whether the function ran, is going to run, or may have.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        match &self.outcome {
            Outcome::Succeeded | Outcome::Accepted | Outcome::FunctionError(_) => true,
            Outcome::DryRun => false,
            Outcome::Rejected(rejection) => rejection.run_state == RunState::MayHaveRun,
        }
    }
}

impl FunctionError {
    /// Every runtime writes `errorType` and `errorMessage`, each of them optional; whatever else a function
    /// answers is shown as far as it fits.
    fn read(kind: String, body: &[u8]) -> Self {
        let details = match std::str::from_utf8(body) {
            Ok(text) => {
                let field = |name: &str| json::string_field(text, &[name]);
                match (field("errorType"), field("errorMessage")) {
                    (None, None) => excerpt(text),
                    (error_type, message) => readable(&joined([error_type, message])),
                }
            }
            Err(_) => format!("({} bytes that are not UTF-8)", body.len()),
        };
        let summary = joined([Some(kind.clone()), Some(details)]);
        let summary = if summary.is_empty() {
            "the function failed and said nothing".to_owned()
        } else {
            summary
        };
        Self { kind, summary }
    }
}

/// The parts that are there and not empty, joined by `: `, on one line.
pub(crate) fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| one_line(&part))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(": ")
}

/// `text` on one line: each run of control characters and spaces becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// The beginning of a text of unknown shape.
pub(crate) fn excerpt(text: &str) -> String {
    shortened(text, 300)
}

/// A message as far as anybody reads it; the policies that AWS names in its own take some hundred characters.
pub(crate) fn readable(text: &str) -> String {
    shortened(text, 2_000)
}

fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A log that is not base64 after all is kept as it stands.
fn decode_log(value: String) -> String {
    match STANDARD.decode(value.trim()) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                http::HeaderName::try_from(*name).unwrap(),
                http::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        Answer::classify(Response {
            status,
            headers: map,
            body: body.to_vec(),
            is_delimited: true,
        })
    }

    #[test]
    fn the_status_tells_the_outcome_of_a_call_without_error() {
        assert!(matches!(
            answer(200, &[], b"null").outcome,
            Outcome::Succeeded
        ));
        assert!(matches!(answer(202, &[], b"").outcome, Outcome::Accepted));
        assert!(matches!(answer(204, &[], b"").outcome, Outcome::DryRun));
        assert!(matches!(
            answer(307, &[], b"").outcome,
            Outcome::Rejected(_)
        ));
        assert!(!answer(204, &[], b"").may_have_run());
        assert!(answer(200, &[], b"1").may_have_run());
    }

    #[test]
    fn a_body_without_a_length_must_be_whole_json() {
        for (status, body, is_delimited, whole) in [
            (200, "{\"a\":1}", false, true),
            (200, "{\"a\":", false, false),
            (200, "", false, false),
            (200, "not json", true, true),
            (202, "", false, true),
            (502, "<html>", false, true),
        ] {
            let response = Response {
                status,
                headers: HeaderMap::new(),
                body: body.into(),
                is_delimited,
            };
            assert_eq!(response.is_whole(), whole, "{status} {body} {is_delimited}");
        }
    }

    #[test]
    fn the_headers_are_told() {
        let answer = answer(
            200,
            &[
                ("X-Amzn-RequestId", "id-1"),
                ("X-Amz-Executed-Version", "$LATEST"),
                ("X-Amzn-Trace-Id", "root=1-2;sampled=0"),
                ("X-Amz-Durable-Execution-Arn", "arn:x"),
                ("X-Amz-Log-Result", "U1RBUlQKaMOpbGxv/wo="),
            ],
            b" {\"a\": 1.10} ",
        );
        assert_eq!(answer.payload, b" {\"a\": 1.10} ");
        assert_eq!(answer.request_id.as_deref(), Some("id-1"));
        assert_eq!(answer.executed_version.as_deref(), Some("$LATEST"));
        assert_eq!(answer.trace_id.as_deref(), Some("root=1-2;sampled=0"));
        assert_eq!(answer.durable_execution_arn.as_deref(), Some("arn:x"));
        assert_eq!(answer.log.as_deref(), Some("START\nh\u{e9}llo\u{fffd}\n"));
        assert_eq!(
            tests::answer(200, &[("x-amz-log-result", "%%%")], b"")
                .log
                .as_deref(),
            Some("%%%")
        );
    }

    #[test]
    fn the_error_object_of_every_runtime_is_summed_up() {
        let long = format!("\"{}\"", "x".repeat(400));
        let cut = format!("Unhandled: \"{}…", "x".repeat(299));
        let table: [(&str, &[u8], &str); 17] = [
            ("python", br#"{"errorMessage": "'x'", "errorType": "KeyError", "requestId": "r", "stackTrace": ["  File"]}"#, "Unhandled: KeyError: 'x'"),
            ("nodejs", br#"{"errorType":"Error","errorMessage":"boom","trace":["Error: boom"]}"#, "Unhandled: Error: boom"),
            ("java", br#"{"errorMessage":"m","errorType":"java.lang.RuntimeException","stackTrace":["a"],"cause":{"errorMessage":"inner"}}"#, "Unhandled: java.lang.RuntimeException: m"),
            ("ruby", br#"{"errorMessage":"m","errorType":"Function<RuntimeError>","stackTrace":[]}"#, "Unhandled: Function<RuntimeError>: m"),
            ("dotnet", br#"{"errorType":"Exception","errorMessage":"m","stackTrace":["at"]}"#, "Unhandled: Exception: m"),
            ("go", br#"{"errorMessage":"m","errorType":"errorString","stackTrace":[{"path":"p","line":1,"label":"l"}]}"#, "Unhandled: errorString: m"),
            ("rust", br#"{"errorType":"alloc::string::String","errorMessage":"m"}"#, "Unhandled: alloc::string::String: m"),
            ("timeout", br#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 1.00 seconds"}"#, "Unhandled: Sandbox.Timedout: RequestId: r Error: Task timed out after 1.00 seconds"),
            ("old timeout", br#"{"errorMessage":"Task timed out after 1.00 seconds"}"#, "Unhandled: Task timed out after 1.00 seconds"),
            ("two lines", b"{\"errorType\":\"E\",\"errorMessage\":\"a\\nb\\r\\n  c\"}", "Unhandled: E: a b c"),
            ("type only", br#"{"errorType":"E"}"#, "Unhandled: E"),
            ("odd types", br#"{"errorType":7,"errorMessage":{"a":1}}"#, "Unhandled: 7: {\"a\":1}"),
            ("other object", br#"{"code": 1}"#, "Unhandled: {\"code\": 1}"),
            ("string", br#""boom""#, "Unhandled: \"boom\""),
            ("long", long.as_bytes(), &cut),
            ("empty", b"", "Unhandled"),
            ("binary", b"\xff\x00", "Unhandled: (2 bytes that are not UTF-8)"),
        ];
        for (case, body, want) in table {
            let answer = answer(200, &[("X-Amz-Function-Error", "Unhandled")], body);
            let Outcome::FunctionError(error) = &answer.outcome else {
                panic!("{case}: {answer:?}")
            };
            assert_eq!(error.summary, want, "{case}");
            assert_eq!(answer.payload, body, "{case}: nothing is lost");
        }
    }

    #[test]
    fn the_presence_of_the_header_counts_and_not_its_value_nor_the_status() {
        for (status, value) in [
            (200, "Handled"),
            (200, ""),
            (200, "whatever"),
            (500, "Unhandled"),
        ] {
            assert!(matches!(
                answer(status, &[("x-amz-function-error", value)], b"{}").outcome,
                Outcome::FunctionError(_)
            ));
        }
    }
}

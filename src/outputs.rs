//! The connector's outputs: `lambdaPayload`, `lambdaStatus`, `lambdaLog`, `lambdaError`, and their JSON.
//!
//! Payload bytes are never parsed into values and printed again.

use std::io::{self, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::code::Code;
use crate::error::Error;
use crate::json;
use crate::log_report::LogReport;
use crate::outcome::{Answer, Outcome, one_line};

/// What became of one invocation, all its attempts together.
#[derive(Debug)]
pub struct Invoked {
    /// Lambda's answer, or why there is none.
    pub result: Result<Answer, Error>,
    /// How many times it was tried; 0 where nothing could be sent at all.
    pub attempts: u32,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether an attempt before the last may have run: only where the caller allowed it to run twice.
    pub may_have_run_before: bool,
}

impl Invoked {
    /// Something failed before the first attempt.
    #[must_use]
    pub fn not_tried(error: Error) -> Self {
        Self {
            result: Err(error),
            attempts: 0,
            elapsed: Duration::ZERO,
            may_have_run_before: false,
        }
    }

    /// Whether the function ran, is going to run, or may have.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        self.may_have_run_before
            || match &self.result {
                Ok(answer) => answer.may_have_run(),
                Err(error) => error.may_have_run(),
            }
    }

    /// `lambdaPayload`, as bytes: none where no result came.
    #[must_use]
    pub fn lambda_payload(&self) -> Option<&[u8]> {
        self.result
            .as_ref()
            .ok()
            .map(|answer| answer.payload.as_slice())
            .filter(|payload| !payload.is_empty())
    }

    /// `lambdaStatus`: the HTTP status of the Invoke call, none where no answer came.
    #[must_use]
    pub fn lambda_status(&self) -> Option<u16> {
        match &self.result {
            Ok(answer) => Some(answer.status),
            Err(error) => error.status(),
        }
    }

    /// `lambdaLog`: the tail of the log, decoded.
    #[must_use]
    pub fn lambda_log(&self) -> Option<&str> {
        self.result
            .as_ref()
            .ok()
            .and_then(|answer| answer.log.as_deref())
    }

    /// `lambdaError`: none when all went well, else `CODE: text` on one line.
    #[must_use]
    pub fn lambda_error(&self) -> Option<String> {
        let Failure { code, text, hint } = self.failure()?;
        Some(match hint {
            Some(hint) => format!("{}: {}; {hint}", code.as_str(), text.trim_end_matches('.')),
            None => format!("{}: {text}", code.as_str()),
        })
    }

    /// What went wrong, in parts; none when all went well.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        let (code, text, hint) = match &self.result {
            Ok(Answer {
                outcome: Outcome::FunctionError(error),
                ..
            }) => (Code::FUNCTION_ERROR, error.summary.clone(), None),
            Ok(Answer {
                outcome: Outcome::Rejected(rejection),
                request_id,
                ..
            }) => {
                let id = request_id
                    .as_ref()
                    .map(|id| format!(" (request id {id})"))
                    .unwrap_or_default();
                (
                    Code::of_rejection(rejection),
                    rejection.describe() + &id,
                    Some(rejection.hint()),
                )
            }
            Ok(_) => return None,
            Err(error) => (Code::of_error(error), error.chain(), error.hint()),
        };
        // The last attempt's reason is true, and its "did not run" is not the whole truth.
        let is_result = code == Code::FUNCTION_ERROR;
        let (code, hint) = match self.may_have_run_before && !is_result {
            true if self.result.is_err() => (Code::OUTCOME_UNKNOWN, Some(RAN_BEFORE)),
            true => (code, Some(RAN_BEFORE)),
            false => (code, hint),
        };
        Some(Failure {
            code,
            text: one_line(&text),
            hint: hint.map(one_line),
        })
    }
}

const RAN_BEFORE: &str =
    "an earlier attempt may have run: look at the function's log before you invoke it again";

/// A failure in its parts, each of them on one line.
#[derive(Debug)]
pub struct Failure {
    /// The code that opens it.
    pub code: Code,
    /// What failed and why.
    pub text: String,
    /// What to try, as one sentence without a full stop.
    pub hint: Option<String>,
}

/// How the outputs are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// The payload as the JSON value that it is, not as a text.
    pub payload_as_json: bool,
    /// All that is known besides the four outputs.
    pub detail: bool,
    /// Indented, for people.
    pub pretty: bool,
}

/// Writes the outputs as one JSON object and a newline.
///
/// # Errors
/// Those of `writer`.
pub fn write_outputs(invoked: &Invoked, layout: Layout, writer: &mut impl Write) -> io::Result<()> {
    let view = View { invoked, layout };
    if layout.pretty {
        serde_json::to_writer_pretty(&mut *writer, &view)?;
    } else {
        serde_json::to_writer(&mut *writer, &view)?;
    }
    writer.write_all(b"\n")
}

struct View<'a> {
    invoked: &'a Invoked,
    layout: Layout,
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let payload = self.invoked.lambda_payload();
        match payload.map(std::str::from_utf8) {
            Some(Ok(text)) => match self.json_value(text) {
                Some(value) => map.serialize_entry("lambdaPayload", &value)?,
                None => map.serialize_entry("lambdaPayload", text)?,
            },
            _ => map.serialize_entry("lambdaPayload", &())?,
        }
        map.serialize_entry("lambdaStatus", &self.invoked.lambda_status())?;
        map.serialize_entry("lambdaLog", &self.invoked.lambda_log())?;
        map.serialize_entry("lambdaError", &self.invoked.lambda_error())?;
        if let Some(bytes) = payload.filter(|bytes| std::str::from_utf8(bytes).is_err()) {
            map.serialize_entry("lambdaPayloadBase64", &STANDARD.encode(bytes))?;
        }
        if self.layout.detail {
            self.serialize_detail(&mut map)?;
        }
        map.end()
    }
}

impl View<'_> {
    /// The payload as a JSON value, where it is asked for and is one. On one line its line breaks, which in JSON
    /// can only stand between values, are left out; every other byte stays.
    fn json_value(&self, text: &str) -> Option<Box<RawValue>> {
        if !self.layout.payload_as_json {
            return None;
        }
        json::check(text.as_bytes()).ok()?;
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        // Only now: in what is no JSON, a line break may stand within a value.
        let text = if self.layout.pretty {
            text.to_owned()
        } else {
            text.replace(['\r', '\n'], "")
        };
        RawValue::from_string(text).ok()
    }

    fn serialize_detail<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let answer = self.invoked.result.as_ref().ok();
        let mut text = |key: &'static str, value: Option<&str>| match value {
            Some(value) => map.serialize_entry(key, value),
            None => Ok(()),
        };
        let rejection = answer.and_then(|answer| match &answer.outcome {
            Outcome::Rejected(rejection) => Some(rejection),
            _ => None,
        });
        let function_error = answer.and_then(|answer| match &answer.outcome {
            Outcome::FunctionError(error) => Some(error.kind.as_str()),
            _ => None,
        });
        text(
            "requestId",
            answer.and_then(|answer| answer.request_id.as_deref()),
        )?;
        text(
            "executedVersion",
            answer.and_then(|answer| answer.executed_version.as_deref()),
        )?;
        text("functionError", function_error)?;
        map.serialize_entry("attempts", &self.invoked.attempts)?;
        map.serialize_entry("mayHaveRun", &self.invoked.may_have_run())?;
        if let Some(seconds) = rejection.and_then(|rejection| rejection.retry_after_seconds) {
            map.serialize_entry("retryAfterSeconds", &seconds)?;
        }
        if let Some(reason) = rejection.and_then(|rejection| rejection.reason.as_deref()) {
            map.serialize_entry("reason", reason)?;
        }
        map.serialize_entry(
            "elapsedMs",
            &u64::try_from(self.invoked.elapsed.as_millis()).unwrap_or(u64::MAX),
        )?;
        if let Some(answer) = answer {
            if let Some(trace_id) = &answer.trace_id {
                map.serialize_entry("traceId", trace_id)?;
            }
            if let Some(arn) = &answer.durable_execution_arn {
                map.serialize_entry("durableExecutionArn", arn)?;
            }
        }
        match self.invoked.lambda_log().and_then(LogReport::find) {
            Some(report) => map.serialize_entry("report", &Report(&report)),
            None => Ok(()),
        }
    }
}

struct Report<'a>(&'a LogReport);

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.entries())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, Phase, TransportFault};
    use crate::outcome::tests::answer;

    fn text(result: Result<Answer, Error>, layout: Layout) -> String {
        let invoked = Invoked {
            result,
            attempts: 2,
            elapsed: Duration::from_millis(1_234),
            may_have_run_before: false,
        };
        let mut out = Vec::new();
        write_outputs(&invoked, layout, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_four_outputs_are_always_there_in_their_order() {
        let plain = Layout::default();
        assert_eq!(
            text(
                Ok(answer(
                    200,
                    &[("x-amz-log-result", "YQ==")],
                    b"{\"n\": 1.10}\n"
                )),
                plain
            ),
            "{\"lambdaPayload\":\"{\\\"n\\\": 1.10}\\n\",\"lambdaStatus\":200,\"lambdaLog\":\"a\",\"lambdaError\":null}\n"
        );
        assert_eq!(
            text(Ok(answer(202, &[], b"")), plain),
            "{\"lambdaPayload\":null,\"lambdaStatus\":202,\"lambdaLog\":null,\"lambdaError\":null}\n"
        );
        assert_eq!(
            text(
                Err(Error::invalid_input("the inputs are bad").with_hint("mend\nthem")),
                plain
            ),
            "{\"lambdaPayload\":null,\"lambdaStatus\":null,\"lambdaLog\":null,\"lambdaError\":\"INVALID_INPUT: the inputs are bad; mend them\"}\n"
        );
    }

    #[test]
    fn a_function_error_keeps_its_object_and_is_told() {
        assert_eq!(
            text(
                Ok(answer(
                    200,
                    &[("x-amz-function-error", "Unhandled")],
                    br#"{"errorType":"KeyError","errorMessage":"'x'"}"#
                )),
                Layout::default()
            ),
            "{\"lambdaPayload\":\"{\\\"errorType\\\":\\\"KeyError\\\",\\\"errorMessage\\\":\\\"'x'\\\"}\",\"lambdaStatus\":200,\
             \"lambdaLog\":null,\"lambdaError\":\"FUNCTION_ERROR: Unhandled: KeyError: 'x'\"}\n"
        );
    }

    #[test]
    fn a_refusal_tells_code_message_request_id_and_what_to_do() {
        let answer = answer(
            404,
            &[
                ("x-amzn-errortype", "ResourceNotFoundException"),
                ("x-amzn-requestid", "id-1"),
            ],
            br#"{"Type":"User","Message":"Function not found: f"}"#,
        );
        assert_eq!(
            Invoked {
                result: Ok(answer),
                attempts: 1,
                elapsed: Duration::ZERO,
                may_have_run_before: false,
            }
            .lambda_error()
            .unwrap(),
            "NOT_FOUND: ResourceNotFoundException: Function not found: f (request id id-1); check the function's name, \
             its qualifier and the region"
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_stand_in_base64() {
        assert_eq!(
            text(Ok(answer(200, &[], b"\xff\x00")), Layout::default()),
            "{\"lambdaPayload\":null,\"lambdaStatus\":200,\"lambdaLog\":null,\"lambdaError\":null,\"lambdaPayloadBase64\":\"/wA=\"}\n"
        );
    }

    #[test]
    fn a_payload_as_json_keeps_numbers_order_and_repeated_keys() {
        let json = Layout {
            payload_as_json: true,
            ..Layout::default()
        };
        let of = |body: &[u8]| text(Ok(answer(200, &[], body)), json);
        assert!(
            of(b"{\"b\": 1.10,\r\n \"a\":1e400,\"a\":\"\\ud800\"}\n").starts_with(
                "{\"lambdaPayload\":{\"b\": 1.10, \"a\":1e400,\"a\":\"\\ud800\"},\"lambdaStatus\""
            )
        );
        assert!(of(b"null").starts_with("{\"lambdaPayload\":null,"));
        for text in ["not json", "1\n2", "\"a\nb\"", "\u{a0}1"] {
            let string = serde_json::to_string(text).unwrap();
            assert!(
                of(text.as_bytes()).starts_with(&format!("{{\"lambdaPayload\":{string},")),
                "{text}"
            );
        }
    }

    #[test]
    fn detail_tells_what_is_known() {
        let detail = Layout {
            detail: true,
            ..Layout::default()
        };
        let headers = [
            ("x-amzn-requestid", "id-1"),
            ("x-amz-executed-version", "7"),
            ("x-amz-function-error", "Unhandled"),
            ("x-amzn-trace-id", "root=1"),
            ("x-amz-durable-execution-arn", "arn:d"),
            (
                "x-amz-log-result",
                "UkVQT1JUIFJlcXVlc3RJZDogcglEdXJhdGlvbjogMS4yNSBtcwlCaWxsZWQgRHVyYXRpb246IDIgbXM=",
            ),
        ];
        let all = text(Ok(answer(200, &headers, b"1")), detail);
        assert!(
            all.ends_with(
                "\"requestId\":\"id-1\",\"executedVersion\":\"7\",\"functionError\":\"Unhandled\",\"attempts\":2,\"mayHaveRun\":true,\
                 \"elapsedMs\":1234,\"traceId\":\"root=1\",\"durableExecutionArn\":\"arn:d\",\
                 \"report\":{\"durationMs\":1.25,\"billedDurationMs\":2}}\n"
            ),
            "{all}"
        );
        let throttled = text(
            Ok(answer(
                429,
                &[("retry-after", "3")],
                br#"{"Reason":"R","message":"m"}"#,
            )),
            detail,
        );
        assert!(
            throttled.ends_with("\"attempts\":2,\"mayHaveRun\":false,\"retryAfterSeconds\":3,\"reason\":\"R\",\"elapsedMs\":1234}\n"),
            "{throttled}"
        );
    }

    #[test]
    fn a_broken_answer_keeps_its_status() {
        let fault = TransportFault {
            phase: Phase::Receive,
            sent: true,
            status: Some(200),
        };
        let out = text(
            Err(Error::new(ErrorKind::Transport(fault), "cut")),
            Layout {
                detail: true,
                ..Layout::default()
            },
        );
        assert!(
            out.contains("\"lambdaStatus\":200,") && out.contains("OUTCOME_UNKNOWN: cut"),
            "{out}"
        );
        assert!(out.contains("\"mayHaveRun\":true"), "{out}");
    }

    #[test]
    fn an_earlier_attempt_that_may_have_run_is_not_forgotten() {
        let fault = TransportFault {
            phase: Phase::Connect,
            sent: false,
            status: None,
        };
        let unsent = Error::new(ErrorKind::Transport(fault), "cannot connect")
            .with_hint("trying again is safe");
        for (result, want) in [
            (
                Err(unsent),
                "OUTCOME_UNKNOWN: cannot connect; an earlier attempt may have run",
            ),
            (
                Ok(answer(429, &[], b"")),
                "TOO_MANY_REQUESTS: HTTP 429; an earlier attempt may have run",
            ),
        ] {
            let invoked = Invoked {
                result,
                attempts: 2,
                elapsed: Duration::ZERO,
                may_have_run_before: true,
            };
            assert!(
                invoked.lambda_error().unwrap().starts_with(want),
                "{:?}",
                invoked.lambda_error()
            );
            assert!(invoked.may_have_run());
        }
    }

    #[test]
    fn pretty_is_indented() {
        let pretty = Layout {
            pretty: true,
            ..Layout::default()
        };
        assert!(
            text(Ok(answer(200, &[], b"1")), pretty)
                .starts_with("{\n  \"lambdaPayload\": \"1\",\n")
        );
    }
}

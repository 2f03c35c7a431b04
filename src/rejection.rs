//! A call that was refused: the service's code and message, and whether the function may have run all the same.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors>

use std::time::SystemTime;

use http::HeaderMap;

use crate::json;
use crate::outcome::{joined, readable};

/// A refused call.
#[derive(Debug)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// The service's own code, `ResourceNotFoundException`; none where something between answered.
    pub code: Option<String>,
    /// The service's message, or the beginning of a body of unknown shape.
    pub message: Option<String>,
    /// Why a call was throttled, `ConcurrentInvocationLimitExceeded`.
    pub reason: Option<String>,
    /// How long the service asks to wait, in `Retry-After`.
    pub retry_after_seconds: Option<u64>,
    /// The same, in `x-amz-retry-after`.
    pub retry_after_milliseconds: Option<u64>,
    /// The service's clock, from `Date`.
    pub date: Option<SystemTime>,
    /// Whether the function may have run.
    pub run_state: RunState,
}

/// What a refusal tells of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It did not run, and will not until the call or the function is mended.
    NotRun,
    /// It did not run, and the state that kept it from running passes by itself.
    NotRunPassing,
    /// It may have run.
    MayHaveRun,
}

impl Rejection {
    /// Reads a response whose status is not a success.
    #[must_use]
    pub fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name| header(name).and_then(whole_number);
        let code = header("x-amzn-errortype")
            .map(str::to_owned)
            .into_iter()
            .chain(json::string_field(&text, &["code", "Code"]))
            .chain(json::string_field(&text, &["__type"]))
            .map(|raw| bare_code(&raw))
            .find(|code| !code.is_empty());
        let message = json::string_field(&text, &["message", "Message", "errorMessage"])
            .or_else(|| Some(text.clone().into_owned()))
            .filter(|message| !message.trim().is_empty());
        Self {
            status,
            message,
            reason: json::string_field(&text, &["Reason", "reason"]),
            retry_after_seconds: number("retry-after"),
            retry_after_milliseconds: number("x-amz-retry-after"),
            date: header("date").and_then(http_date),
            run_state: run_state(status, code.as_deref()),
            code,
        }
    }

    /// Takes `secrets` out of what the service says: a refused signature is explained with the whole canonical request,
    /// session token included.
    pub fn conceal(&mut self, secrets: &[&str]) {
        for text in [&mut self.code, &mut self.message, &mut self.reason]
            .into_iter()
            .flatten()
        {
            for secret in secrets
                .iter()
                .filter(|secret| secret.len() >= SHORTEST_SECRET)
            {
                if text.contains(secret) {
                    *text = text.replace(secret, "…");
                }
            }
        }
    }

    /// Whether it is the wish for a log that was refused: functions on Lambda's managed instances give no tail of
    /// theirs, and the API refuses the parameter as such.
    #[must_use]
    pub fn minds_log_type(&self) -> bool {
        let message = self
            .message
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.status == 400
            && matches!(self.short_code(), "InvalidParameterValue" | "Validation")
            && ["logtype", "log type", "log-type", "log tail", "tail log"]
                .iter()
                .any(|words| message.contains(words))
    }

    /// The service's code without `Exception` at its end.
    #[must_use]
    pub fn short_code(&self) -> &str {
        short(self.code.as_deref().unwrap_or_default())
    }

    /// Code and message on one line, the status where there is no code.
    #[must_use]
    pub fn describe(&self) -> String {
        let code = self
            .code
            .clone()
            .unwrap_or_else(|| format!("HTTP {}", self.status));
        let reason = self
            .reason
            .as_ref()
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        joined([Some(code + &reason), self.message.as_deref().map(readable)])
    }

    /// What the user may try, as one sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        hint(self.status, self.short_code(), self.run_state)
    }
}

/// No real key is shorter, and a short text stands in other words.
const SHORTEST_SECRET: usize = 8;

/// A number too large for its type is as large as can be, not none.
fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// `Mon, 23 Nov 2026 23:10:30 GMT` (RFC 9110, 5.6.7; the two older forms are not sent by AWS).
fn http_date(text: &str) -> Option<SystemTime> {
    let date = aws_smithy_types::DateTime::from_str(
        text.trim(),
        aws_smithy_types::date_time::Format::HttpDate,
    )
    .ok()?;
    SystemTime::try_from(date).ok()
}

/// `ns#Code:http://…` → `Code`: what the header and the body's `__type` may carry around the code.
fn bare_code(raw: &str) -> String {
    let code = raw.split(':').next().unwrap_or_default();
    code.rsplit('#')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn short(code: &str) -> &str {
    code.strip_suffix("Exception").unwrap_or(code)
}

/// The closed list of what surely did not run. All other answers of 5xx, and what no HTTP service should answer
/// to a POST, count as "may have run".
///
/// Source of the rows: the errors of the API's page, each of which is raised while Lambda prepares the function's
/// environment, before it runs. `ServiceException` is not among them: it is Lambda's word for "something broke".
fn run_state(status: u16, code: Option<&str>) -> RunState {
    // By status and code together: a gateway that gives up on a running function may well call that "conflict".
    let row = (status, short(code.unwrap_or_default()));
    if status == 429 || PASSING.contains(&row) {
        RunState::NotRunPassing
    } else if (400..500).contains(&status) || PERMANENT.contains(&row) {
        RunState::NotRun
    } else {
        RunState::MayHaveRun
    }
}

const PASSING: [(u16, &str); 20] = [
    // Throttled, by other names.
    (400, "Throttling"),
    (400, "TooManyRequests"),
    // The file system is not there yet, or did not answer.
    (403, "EFSMountFailure"),
    (403, "S3FilesMountFailure"),
    (408, "EFSMountConnectivity"),
    (408, "EFSMountTimeout"),
    (408, "S3FilesMountConnectivity"),
    (408, "S3FilesMountTimeout"),
    // The function is being created, updated, restored or woken.
    (408, "SnapStartTimeout"),
    (409, "SnapStartNotReady"),
    (409, "ResourceConflict"),
    (409, "CodeArtifactUserPending"),
    (409, "RuntimeAliasDeleted"),
    (409, "RuntimeVersionDeleted"),
    (502, "ResourceNotReady"),
    // The network interface, an address in the subnet, EC2's own limits: being made, or short for a while.
    (502, "ENINotReady"),
    (502, "ENILimitReached"),
    (502, "SubnetIPAddressLimitReached"),
    (502, "EC2Throttled"),
    (502, "EC2Unexpected"),
];

/// The function's key, code, runtime or network must be mended.
const PERMANENT: [(u16, &str); 9] = [
    (502, "EC2AccessDenied"),
    (502, "InvalidRuntime"),
    (502, "InvalidSecurityGroupID"),
    (502, "InvalidSubnetID"),
    (502, "InvalidZipFile"),
    (502, "KMSAccessDenied"),
    (502, "KMSDisabled"),
    (502, "KMSInvalidState"),
    (502, "KMSNotFound"),
];

fn hint(status: u16, short_code: &str, run_state: RunState) -> &'static str {
    if run_state == RunState::MayHaveRun && status >= 500 {
        return "the function may have run: look at its log before you invoke it again";
    }
    match short_code {
        "AccessDenied" => "allow lambda:InvokeFunction on this function to the identity that calls",
        "UnrecognizedClient" | "InvalidClientTokenId" => {
            "AWS does not know these keys: check the access key, and that temporary keys come with their session \
             token and others without one"
        }
        "InvalidSignature" | "SignatureDoesNotMatch" => {
            "check the secret key, its session token, and this machine's clock"
        }
        "ExpiredToken" => "the temporary credentials have expired: get new ones",
        "MissingAuthenticationToken" | "IncompleteSignature" => {
            "something between changed the request: check the endpoint URL and proxies"
        }
        "ResourceNotFound" => "check the function's name, its qualifier and the region",
        "TooManyRequests" => {
            "wait and try again, or raise the concurrency that the function or the account has"
        }
        "InvalidRequestContent" => {
            "Lambda could not read the payload or the client context as JSON"
        }
        "ResourceConflict"
        | "ResourceNotReady"
        | "SnapStartNotReady"
        | "ENINotReady"
        | "CodeArtifactUserPending" => {
            "the function is being prepared: try again when its state is Active"
        }
        "KMSAccessDenied" | "KMSDisabled" | "KMSInvalidState" | "KMSNotFound" => {
            "check the key that encrypts the function's environment, and the role's leave to use it"
        }
        "RecursiveInvocation" => "Lambda stopped a loop of functions that invoke each other",
        "DurableExecutionAlreadyStarted" => {
            "this name was used with another payload: choose a new name"
        }
        _ => match (status, run_state) {
            (413, _) => {
                "send less: put the data where the function can read it, and send its address"
            }
            (_, RunState::NotRunPassing) => "the function did not run: trying again later is safe",
            (400..=499, _) if short_code.is_empty() => {
                "this is no answer of Lambda's own: check the endpoint URL, and what stands between"
            }
            (100..=399, _) => {
                "this is no answer of Lambda's own, and whether the function ran is not known: check the endpoint URL"
            }
            (_, RunState::NotRun) => "the function did not run: mend the call or the function",
            (_, RunState::MayHaveRun) => {
                "the function may have run: look at its log before you invoke it again"
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::outcome::tests::answer;

    #[track_caller]
    fn rejection(status: u16, headers: &[(&str, &str)], body: &str) -> Rejection {
        match answer(status, headers, body.as_bytes()).outcome {
            Outcome::Rejected(rejection) => rejection,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_code_is_read_from_the_header_and_then_from_the_body() {
        let header = "x-amzn-ErrorType";
        let table: [(&[(&str, &str)], &str, &str); 12] = [
            (
                &[(header, "ResourceNotFoundException")],
                "{}",
                "ResourceNotFoundException",
            ),
            (
                &[(
                    header,
                    "InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/",
                )],
                "{}",
                "InvalidSignatureException",
            ),
            (
                &[(header, "aws.lambda#ServiceException:x")],
                "",
                "ServiceException",
            ),
            (&[(header, " ServiceException ")], "", "ServiceException"),
            (
                &[(header, "FromHeader")],
                r#"{"code":"FromBody"}"#,
                "FromHeader",
            ),
            (&[(header, "")], r#"{"code":"FromBody"}"#, "FromBody"),
            (
                &[],
                r#"{"code":"FromCode","__type":"FromType"}"#,
                "FromCode",
            ),
            (&[], r#"{"Code":"FromUpper"}"#, "FromUpper"),
            (
                &[],
                r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException"}"#,
                "UnrecognizedClientException",
            ),
            (&[], r#"{"Type":"User","message":"m"}"#, ""),
            (&[], "<html>Bad Gateway</html>", ""),
            (&[], r#"{"code":null,"__type":7}"#, "7"),
        ];
        for (headers, body, want) in table {
            assert_eq!(
                rejection(500, headers, body).code.unwrap_or_default(),
                want,
                "{headers:?} {body}"
            );
        }
    }

    #[test]
    fn the_message_and_its_company_are_read_in_both_spellings() {
        for (body, want) in [
            (r#"{"message":"a"}"#, Some("a")),
            (r#"{"Message":"b"}"#, Some("b")),
            (r#"{"Type":null,"message":null,"Message":"c"}"#, Some("c")),
            ("<h1>no</h1>", Some("<h1>no</h1>")),
            ("", None),
            (" \n", None),
        ] {
            assert_eq!(rejection(400, &[], body).message.as_deref(), want, "{body}");
        }
        let throttled = rejection(
            429,
            &[
                ("x-amzn-errortype", "TooManyRequestsException"),
                ("retry-after", "7"),
            ],
            r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
        );
        assert_eq!(throttled.retry_after_seconds, Some(7));
        assert_eq!(
            throttled.describe(),
            "TooManyRequestsException (ReservedFunctionConcurrentInvocationLimitExceeded): Rate Exceeded."
        );
        let long = format!("{{\"message\":\"{}\"}}", "x".repeat(1_000_000));
        assert!(rejection(403, &[], &long).describe().len() < 2_100);
        assert_eq!(rejection(502, &[], "").describe(), "HTTP 502");
        assert_eq!(rejection(502, &[], "a\r\nb").describe(), "HTTP 502: a b");
    }

    #[test]
    fn every_modelled_error_has_its_run_state() {
        use RunState::{MayHaveRun, NotRun, NotRunPassing};
        let table: [(u16, RunState, &[&str]); 15] = [
            (
                400,
                NotRun,
                &[
                    "InvalidParameterValue",
                    "InvalidRequestContent",
                    "ModeNotSupported",
                    "NoPublishedVersion",
                    "RecursiveInvocation",
                    "SnapStart",
                    "Validation",
                    "",
                ],
            ),
            (402, NotRun, &["ServiceQuotaExceeded"]),
            (
                403,
                NotRun,
                &[
                    "AccessDenied",
                    "ExpiredToken",
                    "InvalidSignature",
                    "UnrecognizedClient",
                    "",
                ],
            ),
            (
                403,
                NotRunPassing,
                &["EFSMountFailure", "S3FilesMountFailure"],
            ),
            (404, NotRun, &["ResourceNotFound", ""]),
            (
                408,
                NotRunPassing,
                &[
                    "EFSMountConnectivity",
                    "EFSMountTimeout",
                    "S3FilesMountConnectivity",
                    "S3FilesMountTimeout",
                    "SnapStartTimeout",
                ],
            ),
            (
                409,
                NotRun,
                &[
                    "CodeArtifactUserDeleted",
                    "CodeArtifactUserFailed",
                    "DurableExecutionAlreadyStarted",
                    "SnapStartRegenerationFailure",
                ],
            ),
            (
                409,
                NotRunPassing,
                &[
                    "CodeArtifactUserPending",
                    "ResourceConflict",
                    "RuntimeAliasDeleted",
                    "RuntimeVersionDeleted",
                    "SnapStartNotReady",
                ],
            ),
            (410, NotRun, &["EFSIO"]),
            (
                413,
                NotRun,
                &[
                    "RequestTooLarge",
                    "RequestEntityTooLarge",
                    "SerializedRequestEntityTooLarge",
                ],
            ),
            (415, NotRun, &["UnsupportedMediaType"]),
            (429, NotRunPassing, &["TooManyRequests", "", "Other"]),
            (500, MayHaveRun, &["Service", "", "Other"]),
            (
                502,
                NotRun,
                &[
                    "EC2AccessDenied",
                    "InvalidRuntime",
                    "InvalidSecurityGroupID",
                    "InvalidSubnetID",
                    "InvalidZipFile",
                    "KMSAccessDenied",
                    "KMSDisabled",
                    "KMSInvalidState",
                    "KMSNotFound",
                ],
            ),
            (
                502,
                NotRunPassing,
                &[
                    "EC2Throttled",
                    "EC2Unexpected",
                    "ENILimitReached",
                    "ENINotReady",
                    "ResourceNotReady",
                    "SubnetIPAddressLimitReached",
                ],
            ),
        ];
        for (status, want, codes) in table {
            for code in codes {
                let name = format!("{code}Exception");
                let name = if code.is_empty() { "" } else { &name };
                let rejection = rejection(status, &[("x-amzn-errortype", name)], "");
                assert_eq!(rejection.run_state, want, "{status} {code}");
                assert!(!rejection.hint().is_empty());
            }
        }
        for (status, code) in [
            (500, "TooManyRequests"),
            (504, "ResourceConflict"),
            (307, "ENINotReady"),
            (503, "KMSDisabled"),
        ] {
            let headers = [("x-amzn-errortype", code)];
            assert_eq!(
                rejection(status, &headers, "").run_state,
                MayHaveRun,
                "{status} {code}"
            );
            let body = format!("{{\"code\":\"{code}Exception\"}}");
            assert_eq!(
                rejection(status, &[], &body).run_state,
                MayHaveRun,
                "{status} {code}"
            );
        }
        for status in [100, 302, 307, 500, 502, 503, 504, 599] {
            assert_eq!(rejection(status, &[], "").run_state, MayHaveRun, "{status}");
        }
    }
}

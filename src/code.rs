//! The codes of `lambdaError`: the connector's documented list, and which of them an answer or an error gets.

use crate::error::{Error, ErrorKind};
use crate::rejection::{Rejection, RunState};

/// The word that opens a line of `lambdaError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(&'static str);

impl Code {
    /// The function ran and failed.
    pub const FUNCTION_ERROR: Self = Self("FUNCTION_ERROR");

    /// It was sent, and no complete answer came.
    pub const OUTCOME_UNKNOWN: Self = Self("OUTCOME_UNKNOWN");

    /// The code's text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The code for a call that was refused.
    #[must_use]
    pub fn of_rejection(rejection: &Rejection) -> Self {
        // Of the 5xx, the API models those that surely did not run, and one more.
        let is_modelled = rejection.run_state != RunState::MayHaveRun
            || (rejection.status, rejection.short_code()) == (500, "Service");
        Self(match (rejection.status, rejection.short_code()) {
            (_, "InvalidRequestContent") => "INVALID_REQUEST",
            (413, _) => "REQUEST_TOO_LARGE",
            (429, _) | (_, "TooManyRequests") => "TOO_MANY_REQUESTS",
            (500..=599, _) if is_modelled => "SERVICE_ERROR",
            (status, _) => STATUS_CODES
                .iter()
                .find(|(known, _)| *known == status)
                .map_or("UNKNOWN_ERROR", |(_, code)| code),
        })
    }

    /// The code for a call that has no answer.
    #[must_use]
    pub fn of_error(error: &Error) -> Self {
        Self(match error.kind() {
            ErrorKind::Transport(fault) if fault.sent => return Self::OUTCOME_UNKNOWN,
            ErrorKind::MissingInput => "MISSING_INPUT",
            ErrorKind::InvalidInput => "INVALID_INPUT",
            ErrorKind::InvalidRequest => "INVALID_REQUEST",
            ErrorKind::RequestTooLarge => "REQUEST_TOO_LARGE",
            ErrorKind::Config
            | ErrorKind::Credentials
            | ErrorKind::Sign
            | ErrorKind::Transport(_) => "NOT_SENT",
            ErrorKind::Internal => "UNKNOWN_ERROR",
        })
    }
}

const STATUS_CODES: [(u16, &str); 17] = [
    (400, "BAD_REQUEST"),
    (401, "UNAUTHORIZED"),
    (403, "FORBIDDEN"),
    (404, "NOT_FOUND"),
    (405, "METHOD_NOT_ALLOWED"),
    (406, "NOT_ACCEPTABLE"),
    (408, "REQUEST_TIMEOUT"),
    (409, "CONFLICT"),
    (410, "GONE"),
    (422, "UNPROCESSABLE_ENTITY"),
    (423, "LOCKED"),
    (424, "FAILED_DEPENDENCY"),
    (500, "INTERNAL_SERVER_ERROR"),
    (501, "NOT_IMPLEMENTED"),
    (502, "BAD_GATEWAY"),
    (503, "SERVICE_UNAVAILABLE"),
    (504, "GATEWAY_TIMEOUT"),
];

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::error::{Phase, TransportFault};

    #[test]
    fn the_service_code_counts_before_the_status() {
        for (status, code, want) in [
            (400, "InvalidRequestContentException", "INVALID_REQUEST"),
            (400, "InvalidParameterValueException", "BAD_REQUEST"),
            (402, "ServiceQuotaExceededException", "UNKNOWN_ERROR"),
            (403, "EFSMountFailureException", "FORBIDDEN"),
            (408, "SnapStartTimeoutException", "REQUEST_TIMEOUT"),
            (413, "", "REQUEST_TOO_LARGE"),
            (413, "RequestEntityTooLargeException", "REQUEST_TOO_LARGE"),
            (415, "UnsupportedMediaTypeException", "UNKNOWN_ERROR"),
            (418, "", "UNKNOWN_ERROR"),
            (429, "", "TOO_MANY_REQUESTS"),
            (500, "ServiceException", "SERVICE_ERROR"),
            (500, "", "INTERNAL_SERVER_ERROR"),
            (502, "KMSDisabledException", "SERVICE_ERROR"),
            (502, "SomethingElseException", "BAD_GATEWAY"),
            (307, "", "UNKNOWN_ERROR"),
            (599, "", "UNKNOWN_ERROR"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-amzn-errortype", code.parse().unwrap());
            let rejection = Rejection::read(status, &headers, b"");
            assert_eq!(
                Code::of_rejection(&rejection).as_str(),
                want,
                "{status} {code}"
            );
        }
    }

    #[test]
    fn each_status_of_the_list_has_its_code() {
        for (status, want) in STATUS_CODES {
            assert_eq!(
                Code::of_rejection(&Rejection::read(status, &HeaderMap::new(), b"")).as_str(),
                want
            );
        }
    }

    #[test]
    fn what_was_sent_is_told_from_what_was_not() {
        for (sent, want) in [(false, "NOT_SENT"), (true, "OUTCOME_UNKNOWN")] {
            let fault = TransportFault {
                phase: Phase::Send,
                sent,
                status: None,
            };
            assert_eq!(
                Code::of_error(&Error::new(ErrorKind::Transport(fault), "x")).as_str(),
                want
            );
        }
        assert_eq!(
            Code::of_error(&Error::new(ErrorKind::Credentials, "x")).as_str(),
            "NOT_SENT"
        );
    }
}

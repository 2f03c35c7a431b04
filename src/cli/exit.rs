//! The exit status: one table from what happened to a number. The numbers never change their meaning.

use lambda_connector::error::ErrorKind;
use lambda_connector::outcome::Outcome;
use lambda_connector::outputs::Invoked;
use lambda_connector::rejection::RunState;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    Success = 0,
    FunctionFailed = 1,
    TryAgain = 75,
    Interrupted = 130,
    Terminated = 143,
    Usage = 252,
    Configuration = 253,
    Refused = 254,
    MayHaveRun = 255,
}

/// Every status and what it means, for help and README.
pub(crate) const TABLE: [(ExitStatus, &str); 9] = [
    (
        ExitStatus::Success,
        "succeeded, or the event accepted, or the dry run allowed",
    ),
    (ExitStatus::FunctionFailed, "the function ran and failed"),
    (
        ExitStatus::TryAgain,
        "it did not run; trying again later is safe",
    ),
    (ExitStatus::Interrupted, "ended by SIGINT"),
    (ExitStatus::Terminated, "ended by SIGTERM"),
    (
        ExitStatus::Usage,
        "usage, or an input that cannot be right; nothing was sent",
    ),
    (
        ExitStatus::Configuration,
        "configuration or credentials; nothing was sent",
    ),
    (
        ExitStatus::Refused,
        "Lambda refused the call; the function did not run",
    ),
    (
        ExitStatus::MayHaveRun,
        "no result, and the function may have run",
    ),
];

impl ExitStatus {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What became of an invocation.
    pub(crate) fn of(invoked: &Invoked) -> Self {
        let of_last = match &invoked.result {
            Ok(answer) => match &answer.outcome {
                Outcome::Succeeded | Outcome::Accepted | Outcome::DryRun => Self::Success,
                Outcome::FunctionError(_) => Self::FunctionFailed,
                Outcome::Rejected(rejection) => match rejection.run_state {
                    RunState::NotRunPassing => Self::TryAgain,
                    RunState::NotRun => Self::Refused,
                    RunState::MayHaveRun => Self::MayHaveRun,
                },
            },
            Err(error) => Self::of_kind(error.kind()),
        };
        match of_last {
            Self::Success | Self::FunctionFailed => of_last,
            // "It did not run" is true of the last attempt only.
            _ if invoked.may_have_run_before => Self::MayHaveRun,
            status => status,
        }
    }

    fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::MissingInput
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidRequest
            | ErrorKind::RequestTooLarge => Self::Usage,
            ErrorKind::Config | ErrorKind::Credentials | ErrorKind::Sign => Self::Configuration,
            ErrorKind::Transport(fault) if !fault.sent => Self::TryAgain,
            _ => Self::MayHaveRun,
        }
    }
}

#[cfg(test)]
mod tests {
    use lambda_connector::error::{Error, Phase, TransportFault};

    use super::*;

    #[test]
    fn an_error_has_the_status_of_its_kind() {
        let transport = |sent| {
            ErrorKind::Transport(TransportFault {
                phase: Phase::Send,
                sent,
                status: None,
            })
        };
        for (kind, want) in [
            (ErrorKind::MissingInput, 252),
            (ErrorKind::InvalidInput, 252),
            (ErrorKind::InvalidRequest, 252),
            (ErrorKind::RequestTooLarge, 252),
            (ErrorKind::Config, 253),
            (ErrorKind::Credentials, 253),
            (ErrorKind::Sign, 253),
            (transport(false), 75),
            (transport(true), 255),
            (ErrorKind::Internal, 255),
        ] {
            assert_eq!(
                ExitStatus::of(&Invoked::not_tried(Error::new(kind, "x"))).code(),
                want,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn an_earlier_attempt_that_may_have_run_overrules_every_did_not_run() {
        for kind in [ErrorKind::Sign, ErrorKind::Credentials, ErrorKind::Config] {
            let mut invoked = Invoked::not_tried(Error::new(kind, "x"));
            invoked.may_have_run_before = true;
            assert_eq!(ExitStatus::of(&invoked).code(), 255, "{kind:?}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_whole() {
        let codes: Vec<u8> = TABLE.iter().map(|(status, _)| status.code()).collect();
        assert_eq!(codes, [0, 1, 75, 130, 143, 252, 253, 254, 255]);
    }
}

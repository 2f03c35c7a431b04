//! Whether to try again, and when: pure decisions over what happened, with time and chance as values.
//!
//! An invocation that may have run is never sent again, unless the caller declared that it may run twice. Knows no
//! clock, no sleep and no sockets.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html> (standard mode)

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::outcome::{Answer, Outcome};
use crate::rejection::{Rejection, RunState};

/// How often, and what may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most attempts, the first included; at least 1.
    pub max_attempts: u32,
    /// The function may safely run twice.
    pub idempotent: bool,
}

/// What became of one attempt, as far as another one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// There is a result, or a refusal that another attempt would only repeat.
    Final,
    /// It did not run, and the reason passes by itself.
    NotRun,
    /// It did not run because there were too many calls: wait longer.
    Throttled,
    /// Nobody knows whether it ran.
    Unknown,
}

impl Class {
    /// The class of an attempt's result.
    #[must_use]
    pub fn of(result: &Result<Answer, Error>) -> Self {
        match result {
            Ok(Answer {
                outcome: Outcome::Rejected(rejection),
                ..
            }) => Self::of_rejection(rejection),
            Ok(_) => Self::Final,
            Err(error) => match error.kind() {
                ErrorKind::Transport(fault) if fault.sent => Self::Unknown,
                ErrorKind::Transport(_) => Self::NotRun,
                _ => Self::Final,
            },
        }
    }

    fn of_rejection(rejection: &Rejection) -> Self {
        match rejection.run_state {
            RunState::NotRun => Self::Final,
            RunState::NotRunPassing if is_throttle(rejection) => Self::Throttled,
            RunState::NotRunPassing => Self::NotRun,
            // A redirect would come again.
            RunState::MayHaveRun if rejection.status < 500 => Self::Final,
            RunState::MayHaveRun => Self::Unknown,
        }
    }
}

fn is_throttle(rejection: &Rejection) -> bool {
    rejection.status == 429
        || matches!(
            rejection.short_code(),
            "TooManyRequests" | "Throttling" | "EC2Throttled"
        )
}

/// Where the invocation stands after an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// How many attempts there were.
    pub attempts: u32,
    /// How much of the time for everything is left.
    pub left: Duration,
    /// A number of chance, at least 0 and below 1.
    pub chance: f64,
    /// How long the service asks to wait, in `x-amz-retry-after`.
    pub asked_milliseconds: Option<u64>,
    /// How long it asks to wait, in `Retry-After`.
    pub asked_seconds: Option<u64>,
}

/// How long to wait before the next attempt; none when there is to be none.
#[must_use]
pub fn decide(policy: RetryPolicy, class: Class, standing: &Standing) -> Option<Duration> {
    let may_repeat = match class {
        Class::Final => false,
        Class::NotRun | Class::Throttled => true,
        Class::Unknown => policy.idempotent,
    };
    if !may_repeat || standing.attempts >= policy.max_attempts {
        return None;
    }
    let delay = delay(class, standing)?;
    // An attempt that has no time left would only turn a clear refusal into a time-out.
    (delay < standing.left).then_some(delay)
}

/// The delay of the standard mode: exponential, with full jitter, and what the service asked for.
fn delay(class: Class, standing: &Standing) -> Option<Duration> {
    let base = if class == Class::Throttled {
        THROTTLE_BASE
    } else {
        BASE
    };
    let retry = standing.attempts.saturating_sub(1).min(16);
    let own = (base * 2_u32.pow(retry))
        .min(LONGEST)
        .mul_f64(standing.chance.clamp(0.0, 1.0));
    let asked_by_aws = standing.asked_milliseconds.map_or(own, |milliseconds| {
        Duration::from_millis(milliseconds).clamp(own, own + ASKED_SLACK)
    });
    let asked = standing
        .asked_seconds
        .map_or(Duration::ZERO, Duration::from_secs);
    // Never earlier than asked; and rather not at all than after minutes of silence.
    (asked <= LONGEST_ASKED).then_some(asked_by_aws.max(asked))
}

const BASE: Duration = Duration::from_millis(50);
const THROTTLE_BASE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(20);
const ASKED_SLACK: Duration = Duration::from_secs(5);
const LONGEST_ASKED: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Phase, TransportFault};
    use crate::outcome::tests::answer;

    const ONCE: RetryPolicy = RetryPolicy {
        max_attempts: 3,
        idempotent: false,
    };
    const TWICE: RetryPolicy = RetryPolicy {
        max_attempts: 3,
        idempotent: true,
    };

    fn standing(attempts: u32) -> Standing {
        Standing {
            attempts,
            left: Duration::from_mins(15),
            chance: 1.0,
            asked_milliseconds: None,
            asked_seconds: None,
        }
    }

    #[test]
    fn every_result_has_its_class() {
        let rejected = |status, code: &str| {
            Class::of(&Ok(answer(status, &[("x-amzn-errortype", code)], b"{}")))
        };
        let failed = |sent| {
            let fault = TransportFault {
                phase: Phase::Send,
                sent,
                status: None,
            };
            Class::of(&Err(Error::new(ErrorKind::Transport(fault), "x")))
        };
        for (class, want) in [
            (Class::of(&Ok(answer(200, &[], b"1"))), Class::Final),
            (
                Class::of(&Ok(answer(
                    200,
                    &[("x-amz-function-error", "Unhandled")],
                    b"1",
                ))),
                Class::Final,
            ),
            (rejected(404, "ResourceNotFoundException"), Class::Final),
            (rejected(502, "KMSAccessDeniedException"), Class::Final),
            (rejected(307, ""), Class::Final),
            (rejected(429, ""), Class::Throttled),
            (rejected(502, "EC2ThrottledException"), Class::Throttled),
            (rejected(409, "ResourceConflictException"), Class::NotRun),
            (rejected(502, "ENINotReadyException"), Class::NotRun),
            (rejected(500, "ServiceException"), Class::Unknown),
            (rejected(503, ""), Class::Unknown),
            (failed(false), Class::NotRun),
            (failed(true), Class::Unknown),
            (
                Class::of(&Err(Error::new(ErrorKind::Credentials, "x"))),
                Class::Final,
            ),
        ] {
            assert_eq!(class, want);
        }
    }

    #[test]
    fn what_may_have_run_is_sent_again_only_with_leave() {
        for (class, unasked, with_leave) in [
            (Class::Final, false, false),
            (Class::NotRun, true, true),
            (Class::Throttled, true, true),
            (Class::Unknown, false, true),
        ] {
            assert_eq!(
                decide(ONCE, class, &standing(1)).is_some(),
                unasked,
                "{class:?}"
            );
            assert_eq!(
                decide(TWICE, class, &standing(1)).is_some(),
                with_leave,
                "{class:?}"
            );
            assert_eq!(decide(TWICE, class, &standing(3)), None, "{class:?}");
        }
    }

    #[test]
    fn the_delay_doubles_up_to_its_cap_and_chance_shortens_it() {
        let many = RetryPolicy {
            max_attempts: 100,
            idempotent: false,
        };
        for (class, attempts, chance, milliseconds) in [
            (Class::NotRun, 1, 1.0, 50),
            (Class::NotRun, 2, 1.0, 100),
            (Class::NotRun, 3, 0.5, 100),
            (Class::NotRun, 1, 0.0, 0),
            (Class::NotRun, 50, 1.0, 20_000),
            (Class::Throttled, 1, 1.0, 1_000),
            (Class::Throttled, 2, 0.25, 500),
            (Class::Throttled, 9, 1.0, 20_000),
        ] {
            let delay = decide(
                many,
                class,
                &Standing {
                    chance,
                    ..standing(attempts)
                },
            );
            assert_eq!(
                delay,
                Some(Duration::from_millis(milliseconds)),
                "{class:?} {attempts} {chance}"
            );
        }
    }

    #[test]
    fn what_the_service_asks_for_is_kept() {
        for (asked_milliseconds, asked_seconds, want) in [
            (Some(1_500), None, Some(1_500)),
            (Some(1), None, Some(1_000)),
            (Some(60_000), None, Some(6_000)),
            (Some(0), Some(3), Some(3_000)),
            (Some(60_000), Some(3), Some(6_000)),
            (None, Some(u64::MAX), None),
            (None, Some(3), Some(3_000)),
            (None, Some(0), Some(1_000)),
            (None, Some(60), Some(60_000)),
            (None, Some(61), None),
        ] {
            let standing = Standing {
                asked_milliseconds,
                asked_seconds,
                ..standing(1)
            };
            let delay = decide(ONCE, Class::Throttled, &standing);
            assert_eq!(
                delay,
                want.map(Duration::from_millis),
                "{asked_milliseconds:?} {asked_seconds:?}"
            );
        }
    }

    #[test]
    fn no_attempt_begins_after_the_time_for_everything() {
        let left = |milliseconds| Standing {
            left: Duration::from_millis(milliseconds),
            ..standing(1)
        };
        assert_eq!(decide(ONCE, Class::NotRun, &left(50)), None);
        assert!(decide(ONCE, Class::NotRun, &left(51)).is_some());
    }
}

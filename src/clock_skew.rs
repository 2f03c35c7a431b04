//! How far this machine's clock is from the service's, and the time to sign with instead.
//!
//! Lambda refuses a signature that is more than five minutes off, before it runs anything.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html#signature-v4-troubleshoot-credential-scope>

use std::time::{Duration, SystemTime};

use crate::rejection::Rejection;

/// A difference between two clocks that is large enough to matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSkew {
    /// This machine is behind by so much.
    Behind(Duration),
    /// This machine is ahead by so much.
    Ahead(Duration),
}

/// Below this, a refused signature has another reason. (The SDKs' own threshold.)
const SMALLEST: Duration = Duration::from_mins(4);

impl ClockSkew {
    /// The skew that explains a refusal which came at `now`: none where it is refused for another reason, has no
    /// date, or the clocks agree.
    #[must_use]
    pub fn explains(rejection: &Rejection, now: SystemTime) -> Option<Self> {
        const CODES: [&str; 6] = [
            "InvalidSignature",
            "SignatureDoesNotMatch",
            "RequestTimeTooSkewed",
            "RequestExpired",
            "AuthFailure",
            "AccessDenied",
        ];
        if rejection.status != 403 || !CODES.contains(&rejection.short_code()) {
            return None;
        }
        let date = rejection.date.filter(|date| is_plausible(*date))?;
        Self::between(now, date)
    }

    fn between(own: SystemTime, services: SystemTime) -> Option<Self> {
        let skew = match services.duration_since(own) {
            Ok(by) => Self::Behind(by),
            Err(error) => Self::Ahead(error.duration()),
        };
        (skew.by() > SMALLEST).then_some(skew)
    }

    /// The size of the difference.
    #[must_use]
    pub fn by(self) -> Duration {
        match self {
            Self::Behind(by) | Self::Ahead(by) => by,
        }
    }

    /// The service's time at this machine's `now`.
    #[must_use]
    pub fn correct(self, now: SystemTime) -> SystemTime {
        let corrected = match self {
            Self::Behind(by) => now.checked_add(by),
            Self::Ahead(by) => now.checked_sub(by),
        };
        corrected.unwrap_or(now)
    }
}

/// A time that a service may have and a signature can: from 2014, when there was Lambda, to 9999.
fn is_plausible(date: SystemTime) -> bool {
    date.duration_since(SystemTime::UNIX_EPOCH)
        .is_ok_and(|since| (1_388_534_400..253_402_300_800).contains(&since.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::outcome::tests::answer;

    /// Mon, 23 Nov 2026 23:10:30 GMT
    const DATE: Duration = Duration::from_secs(1_795_475_430);

    fn explained(status: u16, code: &str, own_is_ahead_by: i64) -> Option<ClockSkew> {
        let headers = [
            ("x-amzn-errortype", code),
            ("date", "Mon, 23 Nov 2026 23:10:30 GMT"),
        ];
        let Outcome::Rejected(rejection) = answer(status, &headers, b"").outcome else {
            unreachable!()
        };
        let date = SystemTime::UNIX_EPOCH + DATE;
        assert_eq!(rejection.date, Some(date));
        let by = Duration::from_secs(own_is_ahead_by.unsigned_abs());
        ClockSkew::explains(
            &rejection,
            if own_is_ahead_by < 0 {
                date - by
            } else {
                date + by
            },
        )
    }

    #[test]
    fn only_a_refused_signature_and_a_large_difference_count() {
        let minutes = Duration::from_mins;
        for (status, code, ahead_by, want) in [
            (
                403,
                "InvalidSignatureException",
                -600,
                Some(ClockSkew::Behind(minutes(10))),
            ),
            (
                403,
                "InvalidSignatureException",
                600,
                Some(ClockSkew::Ahead(minutes(10))),
            ),
            (403, "InvalidSignatureException", 240, None),
            (
                403,
                "InvalidSignatureException",
                -241,
                Some(ClockSkew::Behind(Duration::from_secs(241))),
            ),
            (
                403,
                "AccessDeniedException",
                600,
                Some(ClockSkew::Ahead(minutes(10))),
            ),
            (403, "UnrecognizedClientException", 600, None),
            (404, "InvalidSignatureException", 600, None),
            (403, "", 600, None),
        ] {
            assert_eq!(
                explained(status, code, ahead_by),
                want,
                "{status} {code} {ahead_by}"
            );
        }
    }

    #[test]
    fn a_date_that_no_service_has_explains_nothing() {
        for date in [
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "garbage",
        ] {
            let headers = [
                ("x-amzn-errortype", "InvalidSignatureException"),
                ("date", date),
            ];
            let Outcome::Rejected(rejection) = answer(403, &headers, b"").outcome else {
                unreachable!()
            };
            assert_eq!(
                ClockSkew::explains(&rejection, SystemTime::UNIX_EPOCH + DATE),
                None,
                "{date}"
            );
        }
    }

    #[test]
    fn the_corrected_time_is_the_services() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000);
        for skew in [
            ClockSkew::Behind(Duration::from_mins(10)),
            ClockSkew::Ahead(Duration::from_mins(10)),
        ] {
            let services = skew.correct(now);
            assert_eq!(ClockSkew::between(now, services), Some(skew));
        }
    }

    #[test]
    fn a_service_without_a_date_explains_nothing() {
        let Outcome::Rejected(rejection) = answer(
            403,
            &[("x-amzn-errortype", "InvalidSignatureException")],
            b"",
        )
        .outcome
        else {
            unreachable!()
        };
        assert_eq!(
            ClockSkew::explains(&rejection, SystemTime::UNIX_EPOCH),
            None
        );
    }
}

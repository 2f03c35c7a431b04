//! Throttles, through the library with a clock that goes on only by being waited for.

use std::time::{Duration, SystemTime};

use lambda_connector::client::{Client, Event};
use lambda_connector::configured::Configured;
use lambda_connector::function_name::FunctionName;
use lambda_connector::invocation::{Invocation, InvocationType};
use lambda_connector::os::{Clock, Env};
use lambda_connector::payload::Payload;
use lambda_connector::settings::{Overrides, Settings};

use crate::support::cli::{ACCESS_KEY_ID, SECRET, mock};

/// Invokes `function` at a mock: attempts, time waited, delays, and requests that arrived.
fn invoke(function: &str, overrides: &Overrides) -> (u32, Duration, Vec<Duration>, usize) {
    let mock = mock();
    let url = mock.url();
    let env = Env::given(&[
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", &url),
    ]);
    let function = FunctionName::parse(function).unwrap();
    let configured = Configured::environment(&env);
    let settings = Settings::resolve(
        overrides,
        &configured,
        &function,
        InvocationType::RequestResponse,
    )
    .unwrap();
    let clock = Clock::given(SystemTime::now());
    let mut delays = Vec::new();
    let invoked = Client::new(&settings, &configured, &clock).invoke(
        &Invocation::new(function, Payload::default()),
        &mut |event| {
            if let Event::Waiting(delay) = event {
                delays.push(delay);
            }
        },
    );
    assert_eq!(invoked.elapsed, clock.elapsed());
    (invoked.attempts, invoked.elapsed, delays, mock.seen().len())
}

#[test]
fn a_throttled_call_waits_as_long_as_it_is_asked_to() {
    let (attempts, waited, delays, arrived) =
        invoke("error-TooManyRequestsException", &Overrides::default());
    assert_eq!((attempts, arrived), (3, 3));
    assert_eq!(delays, [Duration::from_secs(3); 2]);
    assert_eq!(waited, Duration::from_secs(6));
}

#[test]
fn a_throttled_call_that_is_told_nothing_waits_up_to_one_and_two_seconds() {
    let (attempts, _, delays, arrived) = invoke("status-429", &Overrides::default());
    assert_eq!((attempts, arrived), (3, 3));
    assert!(
        delays[0] < Duration::from_secs(1) && delays[1] < Duration::from_secs(2),
        "{delays:?}"
    );
}

#[test]
fn no_attempt_begins_after_the_time_for_everything() {
    let overrides = Overrides {
        timeout: Some(Duration::from_secs(5)),
        ..Overrides::default()
    };
    let (attempts, waited, _, arrived) = invoke("error-TooManyRequestsException", &overrides);
    assert_eq!((attempts, arrived), (2, 2));
    assert_eq!(waited, Duration::from_secs(3));
}

#[test]
fn the_number_of_attempts_is_the_callers() {
    for (max_attempts, want) in [(1, 1), (2, 2), (5, 5)] {
        let overrides = Overrides {
            max_attempts: Some(max_attempts),
            ..Overrides::default()
        };
        let (attempts, _, _, arrived) = invoke("error-ENINotReadyException", &overrides);
        assert_eq!((attempts, arrived), (want, want as usize));
    }
}

//! What is said on standard error: the only place that writes there.

use std::fmt::Display;
use std::io::{self, Write as _};

use lambda_connector::client::{Event, Repair};
use lambda_connector::clock_skew::ClockSkew;
use lambda_connector::credentials::masked_key_id;
use lambda_connector::outputs::Invoked;
use lambda_connector::settings::Settings;

use super::UsageError;

/// A line of the program's own.
pub(crate) fn say(text: impl Display) {
    // One write, so that lines of several processes do not mix. With standard error closed there is nobody to tell.
    let _ = io::stderr()
        .lock()
        .write_all(format!("lambda-connector: {text}\n").as_bytes());
}

/// A message and, on a line of its own, what to try.
fn say_with_hint(message: impl Display, hint: &str) {
    if hint.is_empty() {
        say(message);
    } else {
        say(format_args!("{message}\n  {hint}"));
    }
}

/// The command line is wrong.
pub(crate) fn usage(error: &UsageError) {
    say_with_hint(&error.message, &error.hint);
}

/// What failed, if anything did.
pub(crate) fn failure(invoked: &Invoked) {
    if let Some(failure) = invoked.failure() {
        say_with_hint(
            format_args!("{}: {}", failure.code.as_str(), failure.text),
            failure.hint.as_deref().unwrap_or_default(),
        );
    }
}

/// The log of the function, as it came.
pub(crate) fn log(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Where the settings came from.
pub(crate) fn settings(settings: &Settings) {
    say(format_args!(
        "region {} ({})",
        settings.region.value, settings.region.origin
    ));
    say(format_args!(
        "endpoint {} ({})",
        settings.endpoint.value, settings.endpoint.origin
    ));
    if let Some(proxy) = &settings.proxy {
        say(format_args!("proxy {} ({})", proxy.value, proxy.origin));
    }
    // A bundle is not even read where there is no TLS.
    if let Some(bundle) = settings
        .ca_bundle
        .as_ref()
        .filter(|_| settings.endpoint.value.scheme() == "https")
    {
        say(format_args!(
            "CA bundle {} ({})",
            bundle.value.display(),
            bundle.origin
        ));
    }
}

/// A step of an invocation.
pub(crate) fn event(event: &Event<'_>) {
    match event {
        Event::Credentials(loaded) => say(format_args!(
            "credentials {} ({}{})",
            masked_key_id(loaded.credentials.access_key_id()),
            loaded.source,
            if loaded.credentials.session_token().is_some() {
                ", with a session token"
            } else {
                ""
            },
        )),
        Event::Attempt(number, url) => say(format_args!("attempt {number}: POST {url}")),
        Event::Answered(answer) => say(format_args!(
            "answer {}, request id {}",
            answer.status,
            answer.request_id.as_deref().unwrap_or("none")
        )),
        Event::Failed(error) => say(format_args!("no answer: {}", error.chain())),
        Event::Repaired(Repair::Clock(skew)) => say(format_args!(
            "this machine's clock is {} s {}: signing again at Lambda's time",
            skew.by().as_secs(),
            if matches!(skew, ClockSkew::Behind(_)) {
                "behind"
            } else {
                "ahead"
            },
        )),
        Event::Repaired(Repair::Credentials) => {
            say("the credentials have expired: sending again with fresh ones");
        }
        Event::Repaired(Repair::LogType) => {
            say("this function gives no log tail: sending again without asking for it");
        }
        Event::Waiting(delay) => say(format_args!("next attempt in {:.3} s", delay.as_secs_f64())),
        _ => {}
    }
}

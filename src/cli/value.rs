//! The values of options: from what was typed to what is meant. Errors name the option.

use std::ffi::OsString;
use std::time::Duration;

use super::UsageError;
use super::flag::Flag;

pub(crate) fn text(flag: &Flag, value: OsString) -> Result<String, UsageError> {
    value
        .into_string()
        .map_err(|_| wrong_value(flag, "is not UTF-8", "write it in UTF-8"))
}

/// Beyond this, sums of times overflow; nobody waits so long.
const YEAR_SECONDS: f64 = 366.0 * 86_400.0;

pub(crate) fn seconds(flag: &Flag, value: OsString) -> Result<Duration, UsageError> {
    let text = text(flag, value)?;
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0.0 && *seconds <= YEAR_SECONDS)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| {
            wrong_value(
                flag,
                &format!("is {text:?}"),
                "it takes a number of seconds above 0, like 30 or 0.5",
            )
        })
}

pub(crate) fn count(flag: &Flag, value: OsString) -> Result<u32, UsageError> {
    let text = text(flag, value)?;
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| {
            wrong_value(
                flag,
                &format!("is {text:?}"),
                "it takes a whole number above 0",
            )
        })
}

pub(crate) fn one_of<T: Copy>(
    flag: &Flag,
    value: OsString,
    known: &[(&str, T)],
) -> Result<T, UsageError> {
    let text = text(flag, value)?;
    known
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            wrong_value(
                flag,
                &format!("is {text:?}"),
                &format!("it takes one of: {}", words.join(", ")),
            )
        })
}

fn wrong_value(flag: &Flag, what: &str, hint: &str) -> UsageError {
    UsageError::new(format!("--{} {what}", flag.long), hint)
}

//! Credentials from a program that the profile names: `credential_process`.
//!
//! It is run without a shell, which a scratch container does not have.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use std::time::Duration;

use aws_credential_types::Credentials;

use super::{Failure, Sources, reply};
use crate::error::{Error, ErrorKind, quoted};
use crate::json::string_field;
use crate::os::run_program;
use crate::outcome::{excerpt, one_line};

/// A program that asks a person, or a device, may take its time; one that hangs may not.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// Runs the profile's program.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let Some(property) = sources.configured.property("credential_process") else {
        return Err(Failure::NotConfigured(
            "the profile has no credential_process".to_owned(),
        ));
    };
    let words = words(&property.value).map_err(|why| {
        Error::new(
            ErrorKind::Credentials,
            format!("the credential_process in line {} {why}", property.line),
        )
        .with_hint("write it as a program and its arguments; put quotes around words with spaces")
    })?;
    // The arguments may hold a secret: only the program is named.
    let what = format!("the credential_process {}", quoted(&words[0]));
    let failed = |why: String| Error::new(ErrorKind::Credentials, format!("{what} {why}"));
    let time_limit = TIME_LIMIT.min(sources.settings.timeout);
    let finished = run_program(&words, time_limit)
        .map_err(|error| failed("could not be run".to_owned()).with_source(error))?
        .ok_or_else(|| {
            failed(format!(
                "did not end within {} s, and was stopped",
                time_limit.as_secs_f64()
            ))
            .with_hint("run it by hand: it may wait for input")
        })?;
    if !finished.success {
        let said = one_line(&excerpt(&String::from_utf8_lossy(&finished.stderr)));
        return Err(failed(format!("failed: {said}"))
            .with_hint("run it by hand")
            .into());
    }
    let text = String::from_utf8_lossy(&finished.stdout);
    if string_field(&text, &["Version"])
        .as_deref()
        .is_some_and(|version| version != "1")
    {
        return Err(failed("gave credentials of another Version than 1".to_owned()).into());
    }
    let credentials = reply::parse(&finished.stdout, "SessionToken", &what)?;
    if credentials
        .expiry()
        .is_some_and(|at| at <= sources.clock.now())
    {
        return Err(failed("gave credentials that have expired".to_owned())
            .with_hint("log in anew with the tool that it belongs to")
            .into());
    }
    Ok(credentials)
}

/// The words of a command, as a POSIX shell splits them: quotes and backslashes, and nothing else of a shell.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let words = shell_words::split(text).map_err(|_| "has a quote that is not closed")?;
    if words.is_empty() {
        Err("is empty")
    } else {
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_is_split_as_a_shell_splits_it() {
        for (text, want) in [
            ("/opt/bin/helper get", &["/opt/bin/helper", "get"][..]),
            (
                "\"/opt/my tools/helper\"  --user 'a b'",
                &["/opt/my tools/helper", "--user", "a b"],
            ),
            ("a\\ b \"c\\\"d\" '$HOME'", &["a b", "c\"d", "$HOME"]),
        ] {
            assert_eq!(words(text).unwrap(), want, "{text}");
        }
        assert!(words("a 'b").is_err());
        assert!(words(" ").is_err());
    }
}

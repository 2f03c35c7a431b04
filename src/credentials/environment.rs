//! Credentials from environment variables: the connector's own, and AWS's standard ones.

use aws_credential_types::Credentials;

use super::{Failure, Sources};
use crate::error::{Error, ErrorKind};
use crate::os::Env;

/// The names of the three variables.
pub(crate) struct Names {
    access_key_id: &'static str,
    secret_access_key: &'static str,
    session_token: &'static str,
}

/// The variables of the connector.
pub(crate) const CONNECTOR: Names = Names {
    access_key_id: "AWS_LAMBDA_AWS_ACCESS_KEY",
    secret_access_key: "AWS_LAMBDA_AWS_SECRET_KEY",
    session_token: "AWS_LAMBDA_AWS_SESSION_TOKEN",
};

/// The variables of the AWS CLI and the SDKs.
pub(crate) const STANDARD: Names = Names {
    access_key_id: "AWS_ACCESS_KEY_ID",
    secret_access_key: "AWS_SECRET_ACCESS_KEY",
    session_token: "AWS_SESSION_TOKEN",
};

/// Reads one set of variables.
pub(crate) fn load(env: &Env, names: &Names) -> Result<Credentials, Failure> {
    let read = |name| {
        env.get(name)
            .map(|value| usable(name, value))
            .transpose()
            .map_err(Failure::Broken)
    };
    match (read(names.access_key_id)?, read(names.secret_access_key)?) {
        (Some(key_id), Some(secret)) => Ok(Credentials::new(
            key_id,
            secret,
            read(names.session_token)?,
            None,
            "environment",
        )),
        (Some(_), None) => Err(half(names.access_key_id, names.secret_access_key)),
        (None, Some(_)) => Err(half(names.secret_access_key, names.access_key_id)),
        (None, None) => Err(Failure::NotConfigured(format!(
            "{} is not set",
            names.access_key_id
        ))),
    }
}

/// Reads the standard variables, unless a profile was typed: then that is meant.
pub(crate) fn load_standard(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    if sources.configured.is_profile_typed() {
        return Err(Failure::NotConfigured(
            "passed over for --profile".to_owned(),
        ));
    }
    load(sources.configured.env, &STANDARD)
}

fn half(present: &str, missing: &str) -> Failure {
    Failure::Broken(
        Error::new(
            ErrorKind::Credentials,
            format!("half a pair of keys: {present} is set and {missing} is not"),
        )
        .with_hint(format!("set {missing} too, or neither")),
    )
}

/// A key as AWS makes them: visible ASCII. A line break at its end, as `echo` puts into a secret file, would break
/// the request or its signature.
pub(super) fn usable(name: &str, value: String) -> Result<String, Error> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(value);
    }
    Err(Error::new(
        ErrorKind::Credentials,
        format!("{name} holds a space, a line break or another character that no key has"),
    )
    .with_hint("look for a line break at its end: `echo` adds one, `printf %s` does not"))
}

//! Keys that stand in the profile itself, in either of the two files.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html>

use aws_credential_types::Credentials;

use super::{Failure, Sources, environment};
use crate::error::{Error, ErrorKind, quoted};

/// Reads the profile's keys.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let name = quoted(configured.profile_name());
    let read = |property: &str| {
        configured
            .property(property)
            .map(|found| {
                environment::usable(
                    &format!("{property} of the profile {name}"),
                    found.value.clone(),
                )
            })
            .transpose()
    };
    let half = |present: &str, missing: &str| {
        let message =
            format!("half a pair of keys: the profile {name} has {present} and no {missing}");
        Failure::Broken(
            Error::new(ErrorKind::Credentials, message)
                .with_hint(format!("add {missing} to the profile")),
        )
    };
    match (read("aws_access_key_id")?, read("aws_secret_access_key")?) {
        (Some(key_id), Some(secret)) => Ok(Credentials::new(
            key_id,
            secret,
            read("aws_session_token")?,
            None,
            "profile",
        )),
        (Some(_), None) => Err(half("aws_access_key_id", "aws_secret_access_key")),
        (None, Some(_)) => Err(half("aws_secret_access_key", "aws_access_key_id")),
        (None, None) => Err(Failure::NotConfigured(match configured.section() {
            Some(_) => format!("the profile {name} has no aws_access_key_id"),
            None => format!("there is no profile {name}"),
        })),
    }
}

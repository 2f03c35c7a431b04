//! Keys that stand in the profile itself: in the credentials file, and, behind other sources, in the config file.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html>

use aws_credential_types::Credentials;

use super::{Failure, Sources, environment};
use crate::error::{Error, ErrorKind, quoted};
use crate::profile::FileKind;

/// Reads the profile's keys, if they stand in the credentials file.
pub(crate) fn load_credentials_file(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    load(sources, FileKind::Credentials)
}

/// Reads the profile's keys, if they stand in the config file.
pub(crate) fn load_config_file(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    load(sources, FileKind::Config)
}

fn load(sources: &Sources<'_>, file: FileKind) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let name = quoted(configured.profile_name());
    // A pair belongs to the file that its first half stands in.
    let first = configured
        .property(KEY_ID)
        .or_else(|| configured.property(SECRET));
    if first.is_none_or(|property| property.file != file) {
        let what = if file == FileKind::Config {
            "config"
        } else {
            "credentials"
        };
        return Err(Failure::NotConfigured(match configured.section() {
            Some(_) => format!("the profile {name} has no {KEY_ID} in the {what} file"),
            None => format!("there is no profile {name}"),
        }));
    }
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
        Error::new(ErrorKind::Credentials, message)
            .with_hint(format!("add {missing} to the profile"))
    };
    let key_id = read(KEY_ID)?.ok_or_else(|| half(SECRET, KEY_ID))?;
    let secret = read(SECRET)?.ok_or_else(|| half(KEY_ID, SECRET))?;
    Ok(Credentials::new(
        key_id,
        secret,
        read("aws_session_token")?,
        None,
        "profile",
    ))
}

const KEY_ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

//! Credentials of an `aws login` session: the keys in its cache are used while they hold, and never renewed.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html>

use std::path::PathBuf;

use aws_credential_types::Credentials;
use sha2::{Digest as _, Sha256};

use super::environment::usable;
use super::{Failure, Sources, reply};
use crate::configured::expand_home;
use crate::error::{Error, ErrorKind};
use crate::json::string_field;
use crate::os::{Env, read_file};

const DIRECTORY: &str = "AWS_LOGIN_CACHE_DIRECTORY";

/// Reads the keys of the profile's session.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let Some(session) = configured.property("login_session") else {
        return Err(Failure::NotConfigured(
            "the profile has no login_session".to_owned(),
        ));
    };
    let refuse = |why: String| {
        Error::new(
            ErrorKind::Credentials,
            format!("the session of `aws login` {why}"),
        )
        .with_hint(format!(
            "run: aws login --profile {}",
            configured.profile_name()
        ))
    };
    let directory = directory(configured.env).ok_or_else(|| {
        refuse(format!(
            "cannot be found: neither {DIRECTORY} nor HOME is set"
        ))
    })?;
    let path = directory.join(format!(
        "{}.json",
        hex::encode(Sha256::digest(&session.value))
    ));
    let bytes = read_file(&path, 256 * 1024).map_err(|error| {
        refuse(format!("is not there: cannot read {}", path.display())).with_source(error)
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let lacks = |name: &str| refuse(format!("has a file without {name}: {}", path.display()));
    let keys = string_field(&text, &["accessToken"]).ok_or_else(|| lacks("accessToken"))?;
    let field = |name: &str| string_field(&keys, &[name]).ok_or_else(|| lacks(name));
    let key = |name: &str| usable(&format!("{name} of the login session"), field(name)?);
    let expires = field("expiresAt")?;
    let expires_at = reply::instant(&expires).filter(|at| *at > sources.clock.now());
    if expires_at.is_none() {
        return Err(refuse(format!("has expired ({expires})")).into());
    }
    Ok(Credentials::new(
        key("accessKeyId")?,
        key("secretAccessKey")?,
        Some(key("sessionToken")?),
        expires_at,
        "login",
    ))
}

fn directory(env: &Env) -> Option<PathBuf> {
    match env.get(DIRECTORY) {
        Some(path) => Some(expand_home(env, &path)),
        None => Some(PathBuf::from(env.get("HOME")?).join(".aws/login/cache")),
    }
}

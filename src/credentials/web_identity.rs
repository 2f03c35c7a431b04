//! Credentials for a token of OpenID Connect: service accounts of EKS, CI jobs.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html#feature-assume-role-credentials-settings>

use aws_credential_types::Credentials;

use super::assume_role::session_name;
use super::{Failure, Sources, sts};
use crate::configured::expand_home;
use crate::error::{Error, ErrorKind};
use crate::os::read_file;

const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";

/// Exchanges the token that the environment, or else the profile, names.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let (env, is_typed) = (configured.env, configured.is_profile_typed());
    let property = |name: &str| {
        configured
            .property(name)
            .map(|property| property.value.clone())
    };
    let (token_file, role, session, place) =
        if let Some(path) = env.get(TOKEN_FILE).filter(|_| !is_typed) {
            (path, env.get(ROLE), env.get("AWS_ROLE_SESSION_NAME"), ROLE)
        } else if let Some(path) = property("web_identity_token_file") {
            (
                path,
                property("role_arn"),
                property("role_session_name"),
                "role_arn of the profile",
            )
        } else {
            let what =
                format!("neither {TOKEN_FILE} nor web_identity_token_file of the profile is set");
            return Err(Failure::NotConfigured(what));
        };
    let role = role.ok_or_else(|| {
        Error::new(
            ErrorKind::Credentials,
            format!("there is a web identity token, {token_file}, and no role for it"),
        )
        .with_hint(format!("set {place}"))
    })?;
    let token = token(sources, &token_file)?;
    let session = session.unwrap_or_else(|| session_name(sources));
    let parameters = [
        ("RoleSessionName", session.as_str()),
        ("WebIdentityToken", token.as_str()),
    ];
    Ok(sts::assume(
        sources,
        "AssumeRoleWithWebIdentity",
        &role,
        &parameters,
        None,
    )?)
}

/// The token is read anew each time: it is replaced long before it expires.
fn token(sources: &Sources<'_>, path: &str) -> Result<String, Error> {
    let refuse = |why: &str| {
        Error::new(
            ErrorKind::Credentials,
            format!("the web identity token file {path} {why}"),
        )
        .with_hint("check that it is mounted, and who may read it")
    };
    let path = expand_home(sources.configured.env, path);
    let bytes =
        read_file(&path, 64 * 1024).map_err(|error| refuse("cannot be read").with_source(error))?;
    let token = String::from_utf8(bytes).map_err(|_| refuse("is not UTF-8"))?;
    let token = token.trim();
    if token.is_empty() {
        Err(refuse("is empty"))
    } else {
        Ok(token.to_owned())
    }
}

//! Credentials of IAM Identity Center, for a session that `aws sso login` opened: its token is read, never changed.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html> and
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;

use super::environment::usable;
use super::http::{FAR, exchange, refused};
use super::{Failure, Sources, reply};
use crate::endpoint::{Endpoint, Region};
use crate::error::{Error, ErrorKind, quoted};
use crate::json::string_field;
use crate::os::read_file;
use crate::outcome::Response;
use crate::profile::SectionKind;
use crate::request::Request;
use crate::settings::configured_endpoint;

/// Exchanges the session's token for the keys of the profile's role.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let property = |name: &str| {
        configured
            .property(name)
            .map(|property| property.value.clone())
    };
    let (account, role) = match (property("sso_account_id"), property("sso_role_name")) {
        (None, None) => {
            return Err(Failure::NotConfigured(
                "the profile has no sso_account_id".to_owned(),
            ));
        }
        (account, role) => (
            needed(sources, account, "sso_account_id")?,
            needed(sources, role, "sso_role_name")?,
        ),
    };
    let session = session(sources)?;
    let token = token(sources, &session)?;
    let endpoint = match configured_endpoint(configured, "sso", "AWS_ENDPOINT_URL_SSO")? {
        Some(endpoint) => endpoint.value,
        None => Endpoint::of_region("portal.sso", &session.region, sources.settings.variant),
    };
    let request = Request {
        method: "GET",
        scheme: endpoint.scheme(),
        host: endpoint.host(),
        path: format!("{}/federation/credentials", endpoint.base_path()),
        query: vec![("role_name", &role), ("account_id", &account)],
        headers: vec![("x-amz-sso_bearer_token", &token)],
        body: b"",
    };
    let response = exchange(sources, &endpoint, &request, &[], FAR)?;
    Ok(read(&response).map_err(|error| match response.status {
        401 => error.with_hint(login_hint(sources)),
        403 => error.with_hint(format!(
            "ask for leave to use the role {role} in the account {account}"
        )),
        _ => error,
    })?)
}

/// The session that the profile is of.
struct Session {
    region: Region,
    /// What the name of the token's file is made of: the session's name, or in the older form the start URL.
    key: String,
}

fn session(sources: &Sources<'_>) -> Result<Session, Error> {
    let configured = sources.configured;
    let wrong_region = |error: Error| {
        Error::new(
            ErrorKind::Credentials,
            "the profile's sso_region is set wrongly",
        )
        .with_source(error)
    };
    let Some(named) = configured.property("sso_session") else {
        let property = |name: &str| {
            configured
                .property(name)
                .map(|property| property.value.clone())
        };
        let key = needed(sources, property("sso_start_url"), "sso_start_url")?;
        let region = needed(sources, property("sso_region"), "sso_region")?;
        return Ok(Session {
            region: Region::parse(&region).map_err(wrong_region)?,
            key,
        });
    };
    let section = configured
        .profiles()
        .section(SectionKind::SsoSession, &named.value);
    let region = section
        .and_then(|section| section.get("sso_region"))
        .ok_or_else(|| {
            let message = format!(
                "there is no [sso-session {}] with an sso_region in the config file",
                named.value
            );
            Error::new(ErrorKind::Credentials, message)
                .with_hint("make it with `aws configure sso-session`")
        })?;
    Ok(Session {
        region: Region::parse(&region.value).map_err(wrong_region)?,
        key: named.value.clone(),
    })
}

fn needed(sources: &Sources<'_>, value: Option<String>, name: &str) -> Result<String, Error> {
    value.ok_or_else(|| {
        let profile = quoted(sources.configured.profile_name());
        Error::new(
            ErrorKind::Credentials,
            format!("the profile {profile} is of SSO and has no {name}"),
        )
        .with_hint("make it anew with `aws configure sso`")
    })
}

fn login_hint(sources: &Sources<'_>) -> String {
    format!(
        "run: aws sso login --profile {}",
        sources.configured.profile_name()
    )
}

/// The token of the session, if it still holds.
fn token(sources: &Sources<'_>, session: &Session) -> Result<String, Error> {
    let refuse = |why: String| {
        Error::new(ErrorKind::Credentials, format!("the SSO session {why}"))
            .with_hint(login_hint(sources))
    };
    let home = sources
        .configured
        .env
        .get("HOME")
        .ok_or_else(|| refuse("cannot be found: HOME is not set".to_owned()))?;
    let digest = ring::digest::digest(
        &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        session.key.as_bytes(),
    );
    let file = format!("{}.json", hex::encode(digest));
    let path = PathBuf::from(home).join(".aws/sso/cache").join(file);
    let bytes = read_file(&path, 256 * 1024).map_err(|error| {
        refuse(format!("has no token: cannot read {}", path.display())).with_source(error)
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let field = |name: &str| {
        string_field(&text, &[name]).ok_or_else(|| {
            refuse(format!(
                "has a token file without {name}: {}",
                path.display()
            ))
        })
    };
    let expires = field("expiresAt")?;
    if reply::instant(&expires).is_none_or(|at| at <= sources.clock.now()) {
        return Err(refuse(format!("has expired ({expires})")));
    }
    usable("accessToken of the SSO session", field("accessToken")?)
}

fn read(response: &Response) -> Result<Credentials, Error> {
    if response.status != 200 {
        return Err(refused("SSO", response));
    }
    let text = String::from_utf8_lossy(&response.body);
    let refuse = |name: &str| {
        Error::new(
            ErrorKind::Credentials,
            format!("SSO's answer has no {name}"),
        )
    };
    let keys =
        string_field(&text, &["roleCredentials"]).ok_or_else(|| refuse("roleCredentials"))?;
    let field = |name: &str| {
        usable(
            &format!("{name} from SSO"),
            string_field(&keys, &[name]).ok_or_else(|| refuse(name))?,
        )
    };
    let milliseconds = string_field(&keys, &["expiration"]).and_then(|text| text.parse().ok());
    Ok(Credentials::new(
        field("accessKeyId")?,
        field("secretAccessKey")?,
        Some(field("sessionToken")?),
        milliseconds.map(|milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds)),
        "sso",
    ))
}

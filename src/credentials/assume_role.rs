//! Credentials of a role that the profile names, assumed with those of another profile or source; roles may be
//! chained.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use std::time::UNIX_EPOCH;

use aws_credential_types::Credentials;

use super::{Failure, Sources, container, environment, imds, sts};
use crate::configured::Configured;
use crate::error::{Error, ErrorKind, quoted};

/// Assumes the profile's role.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    if configured.property("role_arn").is_none() {
        return Err(Failure::NotConfigured(
            "the profile has no role_arn".to_owned(),
        ));
    }
    if configured.property("web_identity_token_file").is_some() {
        return Err(Failure::NotConfigured(
            "the profile's role is for a web identity".to_owned(),
        ));
    }
    assume(sources, &mut Vec::new())
}

/// Assumes the role of the profile of `sources`; `visited` are the profiles that led here.
fn assume(sources: &Sources<'_>, visited: &mut Vec<String>) -> Result<Credentials, Failure> {
    let configured = sources.configured;
    let name = configured.profile_name().to_owned();
    let refuse = |why: String| {
        Error::new(
            ErrorKind::Credentials,
            format!("the profile {} {why}", quoted(&name)),
        )
    };
    let property = |name: &str| {
        configured
            .property(name)
            .map(|property| property.value.clone())
    };
    let Some(role) = property("role_arn") else {
        return Err(refuse("has no role_arn".to_owned()).into());
    };
    visited.push(name.clone());
    let keys = match (property("source_profile"), property("credential_source")) {
        (Some(_), Some(_)) => {
            return Err(
                refuse("has both source_profile and credential_source".to_owned())
                    .with_hint("leave one of the two out")
                    .into(),
            );
        }
        (None, None) => {
            return Err(refuse(
                "has a role_arn and neither source_profile nor credential_source".to_owned(),
            )
            .with_hint("say with source_profile whose keys assume the role")
            .into());
        }
        (Some(source), None) => of_profile(sources, &source, visited)?,
        (None, Some(source)) => of_source(sources, &source, &name)?,
    };
    let session = property("role_session_name").unwrap_or_else(|| session_name(sources));
    let (external_id, duration, mfa) = (
        property("external_id"),
        property("duration_seconds"),
        property("mfa_serial"),
    );
    if let Some(serial) = mfa {
        return Err(refuse(format!("asks for a code of the device {}, and nobody is asked here", quoted(&serial)))
            .with_hint(format!(
                "get temporary keys first: eval \"$(aws configure export-credentials --profile {name} --format env)\""
            ))
            .into());
    }
    let mut parameters = vec![("RoleSessionName", session.as_str())];
    parameters.extend(external_id.as_deref().map(|id| ("ExternalId", id)));
    parameters.extend(
        duration
            .as_deref()
            .map(|seconds| ("DurationSeconds", seconds)),
    );
    Ok(sts::assume(
        sources,
        "AssumeRole",
        &role,
        &parameters,
        Some(&keys),
    )?)
}

/// The keys of another profile: its own, or those of the role that it assumes.
fn of_profile(
    sources: &Sources<'_>,
    source: &str,
    visited: &mut Vec<String>,
) -> Result<Credentials, Failure> {
    let configured = sources.configured.with_profile(source)?;
    let inner = Sources {
        configured: &configured,
        ..*sources
    };
    let has_keys = configured.property("aws_access_key_id").is_some();
    // A profile may name itself for the keys that stand beside its role.
    if !has_keys && visited.iter().any(|name| name == source) {
        let round = visited
            .iter()
            .map(String::as_str)
            .chain([source])
            .collect::<Vec<_>>()
            .join(" -> ");
        return Err(Error::new(
            ErrorKind::Credentials,
            format!("the source profiles go round in a circle: {round}"),
        )
        .with_hint("one of them must have keys of its own")
        .into());
    }
    if !has_keys
        && configured.property("role_arn").is_some()
        && configured.property("web_identity_token_file").is_none()
    {
        return assume(&inner, visited);
    }
    match super::load_of_profile(&inner) {
        Err(Failure::NotConfigured(what)) => Err(Error::new(
            ErrorKind::Credentials,
            format!(
                "the source profile {} gives no keys: {what}",
                quoted(source)
            ),
        )
        .with_hint("give it keys, a role, or a credential_process")
        .into()),
        result => result,
    }
}

fn of_source(sources: &Sources<'_>, source: &str, profile: &str) -> Result<Credentials, Failure> {
    let result = match source {
        "Environment" => environment::load(sources.configured.env, &environment::STANDARD),
        "EcsContainer" => container::load(sources),
        "Ec2InstanceMetadata" => imds::load(sources),
        other => {
            let message = format!(
                "the profile {} has the credential_source {}",
                quoted(profile),
                quoted(other)
            );
            return Err(Error::new(ErrorKind::Credentials, message)
                .with_hint("it takes Environment, EcsContainer or Ec2InstanceMetadata")
                .into());
        }
    };
    match result {
        Err(Failure::NotConfigured(what)) => Err(Error::new(
            ErrorKind::Credentials,
            format!(
                "the credential_source {source} of the profile {} gives no keys: {what}",
                quoted(profile)
            ),
        )
        .into()),
        result => result,
    }
}

/// A name for the session in the role's log, where nobody chose one.
pub(super) fn session_name(sources: &Sources<'_>) -> String {
    let seconds = sources
        .clock
        .now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    format!("lambda-connector-{seconds}")
}

impl Configured<'_> {
    /// The same files with another profile.
    ///
    /// # Errors
    /// `Credentials` when there is no such profile.
    fn with_profile(&self, name: &str) -> Result<Configured<'_>, Error> {
        self.chosen(name).ok_or_else(|| {
            let message = format!(
                "the profile {} names the source_profile {}, which is not there",
                quoted(self.profile_name()),
                quoted(name)
            );
            Error::new(ErrorKind::Credentials, message).with_hint("check its name in both files")
        })
    }
}

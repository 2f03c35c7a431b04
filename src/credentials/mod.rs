//! Where credentials come from: the sources in their order, and the rule of the chain.
//!
//! Only "not configured here" moves on to the next source; anything else stops, so that a broken setting is never
//! passed over for another identity. Knows nothing of how a source is read.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>

use aws_credential_types::Credentials;

use crate::configured::Configured;
use crate::error::{Error, ErrorKind};
use crate::os::Clock;
use crate::settings::Settings;

mod assume_role;
mod container;
mod environment;
mod http;
mod imds;
mod login;
mod process;
mod reply;
mod shared;
mod sso;
mod sts;
mod web_identity;

/// Credentials, and where they were found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The credentials; their `Debug` shows no secret.
    pub credentials: Credentials,
    /// The source, for people.
    pub source: &'static str,
}

/// Why a source gave nothing.
pub(crate) enum Failure {
    /// It is not configured here: what was looked at.
    NotConfigured(String),
    /// It is configured, and broken.
    Broken(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

/// Everything that the sources read.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The region, certificates and time limits.
    pub settings: &'a Settings,
    /// Variables and profile.
    pub configured: &'a Configured<'a>,
    /// The clock that expiry is told by.
    pub clock: &'a Clock,
}

type Source = (
    &'static str,
    fn(&Sources<'_>) -> Result<Credentials, Failure>,
);

/// The sources in their order: that of the AWS CLI, behind the connector's own.
const SOURCES: [Source; 11] = [
    ("the connector variables", |sources| {
        environment::load(sources.configured.env, &environment::CONNECTOR)
    }),
    ("the environment", environment::load_standard),
    ("the profile's role", assume_role::load),
    ("web identity", web_identity::load),
    ("SSO", sso::load),
    ("the credentials file", shared::load_credentials_file),
    ("the login session", login::load),
    ("the profile's program", process::load),
    ("the config file", shared::load_config_file),
    ("the container's agent", container::load),
    ("the EC2 metadata service", imds::load),
];

/// Those of them that a `source_profile` may have besides a role.
const PROFILE_SOURCES: [Source; 6] = [
    SOURCES[3], SOURCES[4], SOURCES[5], SOURCES[6], SOURCES[7], SOURCES[8],
];

/// Loads the credentials of a profile that another one names as its source.
pub(crate) fn load_of_profile(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let mut looked_at = Vec::new();
    for (_, load) in PROFILE_SOURCES {
        match load(sources) {
            Err(Failure::NotConfigured(what)) => looked_at.push(what),
            result => return result,
        }
    }
    Err(Failure::NotConfigured(looked_at.join(", ")))
}

impl Sources<'_> {
    /// Loads credentials from the first source that is configured.
    ///
    /// # Errors
    /// `Credentials`: a source is broken, or none is configured; the message then names each and what it looked at.
    pub fn load(&self) -> Result<Loaded, Error> {
        let mut looked_at = Vec::new();
        for (source, load) in SOURCES {
            match load(self) {
                Ok(credentials) => {
                    return Ok(Loaded {
                        credentials,
                        source,
                    });
                }
                Err(Failure::Broken(error)) => return Err(error),
                Err(Failure::NotConfigured(what)) => looked_at.push(format!("{source} ({what})")),
            }
        }
        let message = format!("no credentials found; looked at {}", looked_at.join(", "));
        Err(Error::new(ErrorKind::Credentials, message).with_hint(
            "set AWS_LAMBDA_AWS_ACCESS_KEY and AWS_LAMBDA_AWS_SECRET_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
             or name a profile",
        ))
    }
}

/// An access key id that may be shown: its middle is hidden.
#[must_use]
pub fn masked_key_id(key_id: &str) -> String {
    let shown = |range: std::ops::Range<usize>| key_id.get(range).unwrap_or_default();
    if key_id.len() < 12 {
        return "****".to_owned();
    }
    format!(
        "{}****{}",
        shown(0..4),
        shown(key_id.len() - 4..key_id.len())
    )
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::function_name::FunctionName;
    use crate::invocation::InvocationType;
    use crate::os::Env;
    use crate::settings::Overrides;

    /// Loads with these variables; the region is given, since it is not what is tested.
    fn load(env: &Env) -> Result<Loaded, Error> {
        let configured = Configured::environment(env);
        let overrides = Overrides {
            region: Some("us-east-1".to_owned()),
            ..Overrides::default()
        };
        let function = FunctionName::parse("f")?;
        let settings =
            Settings::resolve(&overrides, &configured, &function, InvocationType::DryRun)?;
        let clock = Clock::given(SystemTime::UNIX_EPOCH);
        Sources {
            settings: &settings,
            configured: &configured,
            clock: &clock,
        }
        .load()
    }

    const CONNECTOR: [(&str, &str); 3] = [
        ("AWS_LAMBDA_AWS_ACCESS_KEY", "AKIDCONNECTOR"),
        ("AWS_LAMBDA_AWS_SECRET_KEY", "connector-secret"),
        ("AWS_LAMBDA_AWS_SESSION_TOKEN", "connector-token"),
    ];
    const STANDARD: [(&str, &str); 3] = [
        ("AWS_ACCESS_KEY_ID", "AKIDSTANDARD"),
        ("AWS_SECRET_ACCESS_KEY", "standard-secret"),
        ("AWS_SESSION_TOKEN", "standard-token"),
    ];

    #[test]
    fn the_connector_variables_win_over_the_environment() {
        let both: Vec<_> = CONNECTOR.into_iter().chain(STANDARD).collect();
        for (pairs, key_id, token, source) in [
            (
                both.as_slice(),
                "AKIDCONNECTOR",
                Some("connector-token"),
                "the connector variables",
            ),
            (
                &CONNECTOR[..2],
                "AKIDCONNECTOR",
                None,
                "the connector variables",
            ),
            (
                &STANDARD[..],
                "AKIDSTANDARD",
                Some("standard-token"),
                "the environment",
            ),
        ] {
            let loaded = load(&Env::given(pairs)).unwrap();
            assert_eq!(loaded.credentials.access_key_id(), key_id);
            assert_eq!(loaded.credentials.session_token(), token);
            assert_eq!(loaded.source, source);
        }
    }

    #[test]
    fn half_a_pair_names_the_missing_half_and_stops_the_chain() {
        for (index, missing) in [
            (0, "AWS_LAMBDA_AWS_SECRET_KEY"),
            (1, "AWS_LAMBDA_AWS_ACCESS_KEY"),
        ] {
            let pairs: Vec<_> = [CONNECTOR[index]].into_iter().chain(STANDARD).collect();
            let error = load(&Env::given(&pairs)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(
                error.to_string().ends_with(&format!("{missing} is not")),
                "{error}"
            );
        }
        let error = load(&Env::given(&[STANDARD[0], ("AWS_SECRET_ACCESS_KEY", "")])).unwrap_err();
        assert!(
            error.to_string().ends_with("AWS_SECRET_ACCESS_KEY is not"),
            "{error}"
        );
    }

    #[test]
    fn none_at_all_names_everything_that_was_looked_at() {
        let error = load(&Env::given(&[("AWS_EC2_METADATA_DISABLED", "true")])).unwrap_err();
        assert!(
            error.to_string().starts_with(
                "no credentials found; looked at the connector variables (AWS_LAMBDA_AWS_ACCESS_KEY is not set), the \
                 environment (AWS_ACCESS_KEY_ID is not set), the profile's role (the profile has no role_arn), "
            ),
            "{error}"
        );
    }

    #[test]
    fn a_line_break_in_a_key_is_found_before_it_breaks_a_header() {
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKID\n"),
            ("AWS_SECRET_ACCESS_KEY", "planted-secret\r\n"),
            ("AWS_SESSION_TOKEN", "planted-secret\0"),
            ("AWS_SECRET_ACCESS_KEY", "planted-secret é"),
        ] {
            let mut pairs = STANDARD;
            pairs
                .iter_mut()
                .filter(|(known, _)| *known == name)
                .for_each(|pair| pair.1 = value);
            let error = load(&Env::given(&pairs)).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        }
    }

    #[test]
    fn no_debug_text_shows_a_secret() {
        let env = Env::given(&CONNECTOR);
        let text = format!("{env:?} {:?}", load(&env).unwrap());
        assert!(
            !text.contains("connector-secret") && !text.contains("connector-token"),
            "{text}"
        );
    }

    #[test]
    fn a_key_id_is_shown_without_its_middle() {
        assert_eq!(masked_key_id("AKIAIOSFODNN7EXAMPLE"), "AKIA****MPLE");
        assert_eq!(masked_key_id("short"), "****");
        assert_eq!(masked_key_id("éééééééé"), "éé****éé");
    }
}

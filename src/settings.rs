//! Settings: what the user asked for and what the environment says become one set of values, each with its origin.
//!
//! Knows no network and no files.

use std::path::PathBuf;
use std::time::Duration;

use crate::configured::{Configured, expand_home};
use crate::endpoint::{Endpoint, Region, Variant};
use crate::error::{Error, ErrorKind, quoted};
use crate::function_name::FunctionName;
use crate::invocation::{InvocationType, PAYLOAD_LIMIT_VARIABLE};
use crate::origin::{Origin, Sourced};
use crate::os::{Env, read_file};
use crate::proxy::Proxy;
use crate::retry::RetryPolicy;

mod endpoint;

pub(crate) use endpoint::configured_endpoint;
use endpoint::{custom_endpoint, variant};

/// What the caller asked for explicitly.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
    /// `--use-fips-endpoint`.
    pub use_fips_endpoint: bool,
    /// `--use-dualstack-endpoint`.
    pub use_dualstack_endpoint: bool,
    /// `--ca-bundle`.
    pub ca_bundle: Option<PathBuf>,
    /// `--connect-timeout`.
    pub connect_timeout: Option<Duration>,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--max-attempts`.
    pub max_attempts: Option<u32>,
    /// `--idempotent`.
    pub idempotent: bool,
}

/// Everything that a call needs besides the invocation and credentials.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The region that is signed for.
    pub region: Sourced<Region>,
    /// Which of a region's endpoints is wanted, also of other services.
    pub variant: Variant,
    /// Where the call goes.
    pub endpoint: Sourced<Endpoint>,
    /// The proxy to go through.
    pub proxy: Option<Sourced<Proxy>>,
    /// The file of certificates that replaces the bundled ones.
    pub ca_bundle: Option<Sourced<PathBuf>>,
    /// The longest that looking up, connecting and the TLS handshake may each take.
    pub connect_timeout: Duration,
    /// The longest that the whole call may take, all its attempts together.
    pub timeout: Duration,
    /// How often it may be tried.
    pub retry: RetryPolicy,
}

impl Settings {
    /// Resolves the settings for a call of `function`.
    ///
    /// # Errors
    /// `InvalidInput` where the caller's own words are wrong, `Config` where the environment's are, or where no
    /// region is to be had.
    pub fn resolve(
        overrides: &Overrides,
        configured: &Configured<'_>,
        function: &FunctionName,
        invocation_type: InvocationType,
    ) -> Result<Self, Error> {
        let custom = custom_endpoint(overrides, configured)?;
        let variant = variant(overrides, configured)?;
        let region = region(overrides, configured, function, custom.is_some())?;
        let endpoint = match custom {
            Some(endpoint) => endpoint,
            None => Sourced {
                value: Endpoint::of_region("lambda", &region.value, variant),
                origin: Origin::Default,
            },
        };
        let proxy = Proxy::of(&endpoint.value, configured.env)?;
        Ok(Self {
            region,
            variant,
            endpoint,
            proxy,
            ca_bundle: ca_bundle(overrides, configured),
            connect_timeout: overrides.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            timeout: overrides
                .timeout
                .unwrap_or(default_timeout(invocation_type)),
            retry: RetryPolicy {
                max_attempts: max_attempts(overrides, configured)?,
                idempotent: overrides.idempotent,
            },
        })
    }
}

impl Settings {
    /// The CA bundle for calls to `endpoint`, perhaps through `proxy`: its file, and the text, which is read only where
    /// there is TLS to one of the two.
    ///
    /// # Errors
    /// `Config` when it cannot be read.
    pub(crate) fn ca_bundle_for(
        &self,
        endpoint: &Endpoint,
        proxy: Option<&Proxy>,
    ) -> Result<Option<(PathBuf, Vec<u8>)>, Error> {
        let is_tls = endpoint.scheme() == "https" || proxy.is_some_and(Proxy::is_tls);
        let Some(bundle) = self.ca_bundle.as_ref().filter(|_| is_tls) else {
            return Ok(None);
        };
        let pem = read_file(&bundle.value, CA_BUNDLE_LIMIT_BYTES).map_err(|error| {
            Error::new(
                ErrorKind::Config,
                format!("cannot read the CA bundle {}", bundle.value.display()),
            )
            .with_source(error)
            .with_hint(format!("it was named by {}", bundle.origin))
        })?;
        Ok(Some((bundle.value.clone(), pem)))
    }
}

/// A system's whole set of certificates takes 250 KB.
const CA_BUNDLE_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// The limit of the payload that the environment sets in place of Lambda's own, in bytes.
///
/// # Errors
/// `Config` when it is no number.
pub fn payload_limit(env: &Env) -> Result<Option<usize>, Error> {
    let Some(text) = env.get(PAYLOAD_LIMIT_VARIABLE) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Error::new(
            ErrorKind::Config,
            format!(
                "{PAYLOAD_LIMIT_VARIABLE} is {}, which is no number of bytes",
                quoted(&text)
            ),
        )
        .with_hint("write it like 6291456, or leave it out")
    })
}

fn ca_bundle(overrides: &Overrides, configured: &Configured<'_>) -> Option<Sourced<PathBuf>> {
    if let Some(path) = &overrides.ca_bundle {
        return Some(Sourced {
            value: path.clone(),
            origin: Origin::Option("--ca-bundle"),
        });
    }
    let (path, origin) = configured
        .get(&["AWS_CA_BUNDLE"], "ca_bundle")
        .or_else(|| {
            Some((
                configured.env.get("SSL_CERT_FILE")?,
                Origin::Variable("SSL_CERT_FILE"),
            ))
        })?;
    Some(Sourced {
        value: expand_home(configured.env, &path),
        origin,
    })
}

fn max_attempts(overrides: &Overrides, configured: &Configured<'_>) -> Result<u32, Error> {
    if let Some(number) = overrides.max_attempts {
        return Ok(number);
    }
    let Some((text, origin)) = configured.get(&["AWS_MAX_ATTEMPTS"], "max_attempts") else {
        return Ok(MAX_ATTEMPTS);
    };
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                format!("{origin} is {}, which is no number above 0", quoted(&text)),
            )
            .with_hint("it counts the first attempt too: 1 is no retry at all")
        })
}

/// The standard mode of the SDKs has three, the first included.
const MAX_ATTEMPTS: u32 = 3;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A function may run for 900 s; what only queues or checks answers at once.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>
fn default_timeout(invocation_type: InvocationType) -> Duration {
    match invocation_type {
        InvocationType::RequestResponse => Duration::from_secs(910),
        InvocationType::Event | InvocationType::DryRun => Duration::from_mins(1),
    }
}

fn region(
    overrides: &Overrides,
    configured: &Configured<'_>,
    function: &FunctionName,
    has_custom_endpoint: bool,
) -> Result<Sourced<Region>, Error> {
    let named = function.region();
    if let Some(text) = &overrides.region {
        let value = Region::parse(text)?;
        if let Some(named) = named
            && *named != value
        {
            return Err(Error::invalid_input(format!(
                "--region is {value}, and the function's ARN is of {named}"
            ))
            .with_hint("leave --region out: the ARN's region is used"));
        }
        return Ok(Sourced {
            value,
            origin: Origin::Option("--region"),
        });
    }
    if let Some(named) = named {
        return Ok(Sourced {
            value: named.clone(),
            origin: Origin::Arn,
        });
    }
    if let Some((text, origin)) = configured.get(
        &["AWS_LAMBDA_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"],
        "region",
    ) {
        let value = Region::parse(&text).map_err(|error| from_configuration(origin, error))?;
        return Ok(Sourced { value, origin });
    }
    if has_custom_endpoint {
        // A local stand-in takes any region; the signature needs one.
        return Ok(Sourced {
            value: Region::parse("us-east-1")?,
            origin: Origin::Default,
        });
    }
    Err(Error::new(
        ErrorKind::Config,
        "no region: --region is not given, the function is not named by its ARN, and none of AWS_LAMBDA_AWS_REGION, \
         AWS_REGION and AWS_DEFAULT_REGION is set, nor the profile's region",
    )
    .with_hint("set AWS_LAMBDA_AWS_REGION, or add --region us-east-1"))
}

/// What is configured wrongly is not the fault of the call.
fn from_configuration(origin: Origin, error: Error) -> Error {
    let hint = error.hint().map(str::to_owned);
    let outer =
        Error::new(ErrorKind::Config, format!("{origin} is set wrongly")).with_source(error);
    match hint {
        Some(hint) => outer.with_hint(hint),
        None => outer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:f";

    fn resolve(
        overrides: &Overrides,
        env: &[(&str, &str)],
        function: &str,
    ) -> Result<Settings, Error> {
        let function = FunctionName::parse(function).unwrap();
        Settings::resolve(
            overrides,
            &Configured::environment(&Env::given(env)),
            &function,
            InvocationType::RequestResponse,
        )
    }

    fn with_region(region: &str) -> Overrides {
        Overrides {
            region: Some(region.to_owned()),
            ..Overrides::default()
        }
    }

    fn with_url(url: &str) -> Overrides {
        Overrides {
            endpoint_url: Some(url.to_owned()),
            ..Overrides::default()
        }
    }

    #[test]
    fn the_region_comes_from_the_first_that_tells_it() {
        let env = [
            ("AWS_DEFAULT_REGION", "d-d-1"),
            ("AWS_REGION", "c-c-1"),
            ("AWS_LAMBDA_AWS_REGION", "b-b-1"),
        ];
        let none = Overrides::default();
        for (overrides, env, function, region, origin) in [
            (&with_region("a-a-1"), &env[..], "f", "a-a-1", "--region"),
            (
                &with_region("eu-west-1"),
                &env[..],
                ARN,
                "eu-west-1",
                "--region",
            ),
            (&none, &env[..], ARN, "eu-west-1", "the function's ARN"),
            (&none, &env[..], "f", "b-b-1", "AWS_LAMBDA_AWS_REGION"),
            (&none, &env[..2], "f", "c-c-1", "AWS_REGION"),
            (&none, &env[..1], "f", "d-d-1", "AWS_DEFAULT_REGION"),
            (
                &with_url("http://localhost:1"),
                &[],
                "f",
                "us-east-1",
                "default",
            ),
        ] {
            let settings = resolve(overrides, env, function).unwrap();
            assert_eq!(settings.region.value.as_str(), region);
            assert_eq!(settings.region.origin.to_string(), origin);
        }
        assert_eq!(
            resolve(&none, &[], "f").unwrap_err().kind(),
            ErrorKind::Config
        );
    }

    #[test]
    fn a_region_that_contradicts_the_arn_is_refused() {
        let error = resolve(&with_region("us-east-1"), &[], ARN).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(
            error.to_string(),
            "--region is us-east-1, and the function's ARN is of eu-west-1"
        );
    }

    #[test]
    fn the_endpoint_comes_from_the_first_that_tells_it() {
        let env = [
            ("AWS_ENDPOINT_URL", "http://general:1"),
            ("AWS_ENDPOINT_URL_LAMBDA", "http://lambda:1/base/"),
            ("AWS_REGION", "us-east-1"),
        ];
        let ignored = [
            ("AWS_ENDPOINT_URL", "http://general:1"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"),
        ];
        let none = Overrides::default();
        for (overrides, env, want) in [
            (&with_url("http://flag:1"), &env[..], "http://flag:1"),
            (&none, &env[..], "http://lambda:1/base"),
            (&none, &[env[0], env[2]][..], "http://general:1"),
            (&none, &env[2..], "https://lambda.us-east-1.amazonaws.com"),
            (
                &none,
                &ignored[..],
                "https://lambda.us-east-1.amazonaws.com",
            ),
            (&with_url("http://flag:1"), &ignored[..], "http://flag:1"),
            (
                &none,
                &[env[2], ("AWS_USE_FIPS_ENDPOINT", "true")][..],
                "https://lambda-fips.us-east-1.amazonaws.com",
            ),
            (
                &none,
                &[env[2], ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE")][..],
                "https://lambda.us-east-1.api.aws",
            ),
        ] {
            assert_eq!(
                resolve(overrides, env, "f")
                    .unwrap()
                    .endpoint
                    .value
                    .to_string(),
                want
            );
        }
    }

    #[test]
    fn what_is_wrong_in_the_environment_is_a_configuration_error_that_names_the_variable() {
        for (env, name) in [
            ([("AWS_REGION", "us east"), ("X", "")], "AWS_REGION"),
            (
                [("AWS_LAMBDA_AWS_REGION", "us-east-1.evil.com/"), ("X", "")],
                "AWS_LAMBDA_AWS_REGION",
            ),
            (
                [("AWS_ENDPOINT_URL", "localhost"), ("X", "")],
                "AWS_ENDPOINT_URL",
            ),
        ] {
            let error = resolve(&Overrides::default(), &env, "f").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().starts_with(name), "{error}");
        }
        assert_eq!(
            resolve(&with_region("us east"), &[], "f")
                .unwrap_err()
                .kind(),
            ErrorKind::InvalidInput
        );
        assert_eq!(
            resolve(&with_url("localhost"), &[], "f")
                .unwrap_err()
                .kind(),
            ErrorKind::InvalidInput
        );
    }

    #[test]
    fn a_custom_endpoint_has_no_fips_or_dualstack_twin() {
        let fips = Overrides {
            use_fips_endpoint: true,
            ..with_url("http://h")
        };
        assert_eq!(
            resolve(&fips, &[], "f").unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        let env = [("AWS_USE_DUALSTACK_ENDPOINT", "true")];
        assert_eq!(
            resolve(&with_url("http://h"), &env, "f")
                .unwrap_err()
                .kind(),
            ErrorKind::Config
        );
    }

    #[test]
    fn the_timeouts_fit_lambda() {
        let settings = resolve(&with_region("us-east-1"), &[], "f").unwrap();
        assert_eq!(
            (
                settings.connect_timeout.as_secs(),
                settings.timeout.as_secs()
            ),
            (5, 910)
        );
        assert_eq!(default_timeout(InvocationType::Event).as_secs(), 60);
        assert_eq!(default_timeout(InvocationType::DryRun).as_secs(), 60);
    }

    #[test]
    fn the_number_of_attempts_comes_from_the_option_or_the_environment() {
        let at = |overrides: &Overrides, text| {
            resolve(
                overrides,
                &[("AWS_REGION", "us-east-1"), ("AWS_MAX_ATTEMPTS", text)],
                "f",
            )
            .map(|settings| settings.retry.max_attempts)
        };
        let none = Overrides::default();
        let five = Overrides {
            max_attempts: Some(5),
            ..Overrides::default()
        };
        assert_eq!(
            (
                at(&none, "").unwrap(),
                at(&none, "7").unwrap(),
                at(&five, "7").unwrap()
            ),
            (3, 7, 5)
        );
        for bad in ["0", "-1", "many"] {
            assert_eq!(at(&none, bad).unwrap_err().kind(), ErrorKind::Config);
        }
    }

    #[test]
    fn the_payload_limit_is_a_number_of_bytes() {
        let limit = |text| payload_limit(&Env::given(&[(PAYLOAD_LIMIT_VARIABLE, text)]));
        assert_eq!(limit("10485760").unwrap(), Some(10_485_760));
        assert_eq!(limit("").unwrap(), None);
        for bad in ["6MB", "-1", "1.5"] {
            assert_eq!(limit(bad).unwrap_err().kind(), ErrorKind::Config);
        }
    }
}

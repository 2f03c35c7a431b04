//! Which endpoint is asked for: by option, by variable, by the profile.

use super::{Overrides, from_configuration};
use crate::configured::Configured;
use crate::endpoint::{Endpoint, Variant};
use crate::error::{Error, ErrorKind, quoted};
use crate::origin::{Origin, Sourced};

/// The endpoint in place of the region's own, where there is one.
pub(super) fn custom_endpoint(
    overrides: &Overrides,
    configured: &Configured<'_>,
) -> Result<Option<Sourced<Endpoint>>, Error> {
    let endpoint = match &overrides.endpoint_url {
        Some(url) => Some(Sourced {
            value: Endpoint::parse(url)?,
            origin: Origin::Option("--endpoint-url"),
        }),
        None => configured_endpoint(configured, "lambda", "AWS_ENDPOINT_URL_LAMBDA")?,
    };
    let variant = variant(overrides, configured)?;
    if let Some(endpoint) = &endpoint
        && (variant.fips || variant.dualstack)
    {
        let what = if variant.fips {
            "a FIPS"
        } else {
            "a dual-stack"
        };
        let message = format!(
            "{what} endpoint and the endpoint URL {} are both asked for",
            endpoint.value
        );
        let both_typed = matches!(endpoint.origin, Origin::Option(_))
            && (overrides.use_fips_endpoint || overrides.use_dualstack_endpoint);
        let kind = if both_typed {
            ErrorKind::InvalidInput
        } else {
            ErrorKind::Config
        };
        return Err(Error::new(kind, message).with_hint(format!(
            "the URL came from {}: leave one of the two out",
            endpoint.origin
        )));
    }
    Ok(endpoint)
}

/// The endpoint that is configured for `service` in place of its region's: by its own variable, by that of all
/// services, by the profile's `services` section, by the profile itself.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
///
/// # Errors
/// `Config` when it is no endpoint URL.
pub(crate) fn configured_endpoint(
    configured: &Configured<'_>,
    service: &str,
    variable: &'static str,
) -> Result<Option<Sourced<Endpoint>>, Error> {
    if is_true(
        configured,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
    )? {
        return Ok(None);
    }
    let of_variable = |name: &'static str| {
        configured
            .env
            .get(name)
            .map(|url| (url, Origin::Variable(name)))
    };
    let found = match of_variable(variable).or_else(|| of_variable("AWS_ENDPOINT_URL")) {
        Some(found) => Some(found),
        None => match configured.service_endpoint_url(service)? {
            Some(url) => Some((url, Origin::Profile("services"))),
            None => configured.get(&[], "endpoint_url"),
        },
    };
    found
        .map(|(url, origin)| {
            let value = Endpoint::parse(&url).map_err(|error| from_configuration(origin, error))?;
            Ok(Sourced { value, origin })
        })
        .transpose()
}

/// Which of a region's endpoints is asked for.
///
/// # Errors
/// `Config` when it is neither `true` nor `false`.
pub(crate) fn variant(
    overrides: &Overrides,
    configured: &Configured<'_>,
) -> Result<Variant, Error> {
    Ok(Variant {
        fips: overrides.use_fips_endpoint
            || is_true(configured, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
        dualstack: overrides.use_dualstack_endpoint
            || is_true(
                configured,
                "AWS_USE_DUALSTACK_ENDPOINT",
                "use_dualstack_endpoint",
            )?,
    })
}

/// Whether the setting says `true`, in any case of letters. Anything but that and `false` is an error: to pass over
/// a wish for FIPS because it was spelled `1` would be worse than to ask.
fn is_true(
    configured: &Configured<'_>,
    variable: &'static str,
    property: &'static str,
) -> Result<bool, Error> {
    match configured.get(&[variable], property) {
        None => Ok(false),
        Some((text, _)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some((text, _)) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some((text, origin)) => Err(Error::new(
            ErrorKind::Config,
            format!("{origin} is {}", quoted(&text)),
        )
        .with_hint("it takes true or false")),
    }
}

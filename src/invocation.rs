//! One invocation, checked: everything in it can be sent as it is.
//!
//! Knows no region, no HTTP and no files.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, ErrorKind, quoted};
use crate::function_name::{FunctionName, Qualifier};
use crate::json;
use crate::payload::Payload;

/// One call of Lambda's Invoke operation.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Which function.
    pub function: FunctionName,
    /// Which version or alias of it, when it is told apart from the name.
    pub qualifier: Option<Qualifier>,
    /// Wait for the result, queue an event, or only check.
    pub invocation_type: InvocationType,
    /// Whether the answer is to bring the tail of the log.
    pub log_type: LogType,
    /// Data about the caller, for the function's context object.
    pub client_context: Option<ClientContext>,
    /// The tenant, for a function with tenant isolation.
    pub tenant_id: Option<TenantId>,
    /// The name of a durable execution: Lambda runs one name once.
    pub durable_execution_name: Option<DurableExecutionName>,
    /// What the function is given.
    pub payload: Payload,
}

impl Invocation {
    /// A call that waits for `function`'s result and asks for no log.
    #[must_use]
    pub fn new(function: FunctionName, payload: Payload) -> Self {
        Self {
            function,
            qualifier: None,
            invocation_type: InvocationType::default(),
            log_type: LogType::default(),
            client_context: None,
            tenant_id: None,
            durable_execution_name: None,
            payload,
        }
    }

    /// Checks what the parts tell only together: the name's qualifier against the other one, and the payload's
    /// size against `limit`, in bytes (or [`InvocationType::payload_limit`] where there is none).
    ///
    /// # Errors
    /// `InvalidInput` for two qualifiers, `RequestTooLarge` for the size.
    pub fn check(&self, limit: Option<usize>) -> Result<(), Error> {
        if let (Some(named), Some(qualifier)) = (self.function.qualifier(), &self.qualifier)
            && named != qualifier.as_str()
        {
            return Err(Error::invalid_input(format!(
                "the function name {} ends in {}, and the qualifier is {}",
                quoted(self.function.as_str()),
                quoted(named),
                quoted(qualifier.as_str())
            ))
            .with_hint("give the version or alias once"));
        }
        let limit = limit.unwrap_or_else(|| self.invocation_type.payload_limit());
        let size = self.payload.as_bytes().len();
        if size > limit {
            return Err(payload_too_large(
                &size.to_string(),
                limit,
                self.invocation_type,
            ));
        }
        Ok(())
    }
}

/// The error for a payload of `size` bytes, a number or "more than" one, where `limit` is the most.
#[must_use]
pub fn payload_too_large(size: &str, limit: usize, invocation_type: InvocationType) -> Error {
    let message = format!(
        "the payload has {size} bytes, and Lambda takes at most {limit} for {}",
        invocation_type.as_str()
    );
    Error::new(ErrorKind::RequestTooLarge, message).with_hint(format!(
        "put the data where the function can read it, such as S3, and send its address; {PAYLOAD_LIMIT_VARIABLE} \
         lifts this check should Lambda's limit have moved"
    ))
}

/// The environment variable that lifts the check of the payload's size, in bytes.
pub const PAYLOAD_LIMIT_VARIABLE: &str = "LAMBDA_CONNECTOR_MAX_PAYLOAD_BYTES";

/// How a function is invoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvocationType {
    /// Wait for the result.
    #[default]
    RequestResponse,
    /// Queue the event and do not wait.
    Event,
    /// Check the parameters and the permission, and run nothing.
    DryRun,
}

impl InvocationType {
    /// All of them, in the order of the API's page.
    pub const ALL: [Self; 3] = [Self::RequestResponse, Self::Event, Self::DryRun];

    /// The API's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestResponse => "RequestResponse",
            Self::Event => "Event",
            Self::DryRun => "DryRun",
        }
    }

    /// The most bytes of payload that Lambda takes.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
    #[must_use]
    pub fn payload_limit(self) -> usize {
        match self {
            Self::RequestResponse | Self::DryRun => 6 * 1024 * 1024,
            Self::Event => 1024 * 1024,
        }
    }
}

/// Whether the answer is to bring the last 4 KB of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogType {
    /// No log.
    #[default]
    None,
    /// The tail of it.
    Tail,
}

/// A client context as it is sent: the base64 of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientContext(String);

impl ClientContext {
    /// Encodes `json`, a JSON object, as it stands.
    ///
    /// # Errors
    /// `InvalidInput` when it is no JSON object, or over 3,583 bytes of base64.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let refuse = |fault| {
            Error::invalid_input("the client context is not a JSON object").with_source(fault)
        };
        let text = json::check(json).map_err(refuse)?;
        json::object_entries(text).map_err(refuse)?;
        let encoded = STANDARD.encode(json);
        if encoded.len() > Self::LIMIT {
            return Err(Error::invalid_input(format!(
                "the client context has {} bytes of base64, and Lambda takes at most {}",
                encoded.len(),
                Self::LIMIT
            )));
        }
        Ok(Self(encoded))
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    const LIMIT: usize = 3_583;
}

/// A header value that the API limits to a set of characters.
macro_rules! header_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:literal, $extra:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads the value.
            ///
            /// # Errors
            /// `InvalidInput` when the API would not take it.
            pub fn parse(text: &str) -> Result<Self, Error> {
                let fits = |character: char| character.is_ascii_alphanumeric() || $extra.contains(character);
                // Spaces alone would be an empty header.
                if (1..=$limit).contains(&text.len()) && text.chars().all(fits) && !text.trim().is_empty() {
                    return Ok(Self(text.to_owned()));
                }
                Err(Error::invalid_input(format!(concat!("the ", $what, " {} cannot be one"), quoted(text)))
                    .with_hint(concat!("a ", $what, " has ", $rule)))
            }

            /// The text, as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

header_text!(
    /// A tenant's id.
    TenantId, "tenant id", 256, "._:/=+-@ ", "1 to 256 letters, digits, spaces and ._:/=+-@"
);
header_text!(
    /// The name of a durable execution.
    DurableExecutionName, "durable execution name", 64, "-_", "1 to 64 letters, digits, - and _"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(function: &str, payload: &[u8]) -> Invocation {
        Invocation::new(
            FunctionName::parse(function).unwrap(),
            Payload::parse(payload.to_vec()).unwrap(),
        )
    }

    #[test]
    fn two_different_qualifiers_contradict() {
        for (function, qualifier, fits) in [
            ("name:1", "2", false),
            ("name:1", "1", true),
            ("name", "2", true),
        ] {
            let mut invocation = invocation(function, b"1");
            invocation.qualifier = Some(Qualifier::parse(qualifier).unwrap());
            assert_eq!(
                invocation.check(None).is_ok(),
                fits,
                "{function} {qualifier}"
            );
        }
    }

    #[test]
    fn the_payload_limit_is_lambdas_to_the_byte_and_can_be_lifted() {
        for (invocation_type, limit) in [
            (InvocationType::RequestResponse, 6_291_456),
            (InvocationType::DryRun, 6_291_456),
            (InvocationType::Event, 1_048_576),
        ] {
            for (size, fits) in [(limit, true), (limit + 1, false)] {
                let mut invocation =
                    invocation("f", format!("\"{}\"", "x".repeat(size - 2)).as_bytes());
                invocation.invocation_type = invocation_type;
                assert_eq!(
                    invocation.check(None).is_ok(),
                    fits,
                    "{invocation_type:?} {size}"
                );
                assert!(invocation.check(Some(size)).is_ok());
                let error = invocation.check(Some(size - 1)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
            }
        }
    }

    #[test]
    fn a_client_context_is_an_object_of_at_most_3583_bytes_of_base64() {
        assert_eq!(
            ClientContext::from_json(br#"{"a":1}"#).unwrap().as_str(),
            "eyJhIjoxfQ=="
        );
        for bad in ["", "[]", "\"x\"", "{", "null"] {
            assert_eq!(
                ClientContext::from_json(bad.as_bytes()).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{bad}"
            );
        }
        let of_size = |bytes: usize| {
            ClientContext::from_json(format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8)).as_bytes())
        };
        assert_eq!(of_size(2_685).unwrap().as_str().len(), 3_580);
        assert!(of_size(2_686).is_err());
    }

    #[test]
    fn header_texts_hold_nothing_that_breaks_a_header() {
        for good in ["tenant a/b", "a  b ", "x@y.z:1=+-_", &"t".repeat(256)] {
            assert_eq!(TenantId::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            " ",
            "a\r\nx: y",
            "a\0",
            "a\tb",
            "é",
            "a,b",
            &"t".repeat(257),
        ] {
            assert!(TenantId::parse(bad).is_err(), "{bad}");
        }
        assert!(DurableExecutionName::parse("order-42_a").is_ok());
        for bad in ["", "a b", "a.b", "a\n", &"d".repeat(65)] {
            assert!(DurableExecutionName::parse(bad).is_err(), "{bad}");
        }
    }
}

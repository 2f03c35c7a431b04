//! The HTTP request that an invocation becomes: a plain value, not yet signed.
//!
//! Knows no credentials, no clock and no sockets.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::endpoint::Endpoint;
use crate::invocation::{Invocation, LogType};

/// An HTTP request, complete but for its signature.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// The value of the `Host` header.
    pub host: &'a str,
    /// The path as it is sent: percent-encoded and normalized.
    pub path: String,
    /// The query's names and values, not encoded.
    pub query: Vec<(&'a str, &'a str)>,
    /// The headers to be sent and signed, without `host` and those that signing adds; names in lower case.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The Invoke call for `invocation` at `endpoint`.
    #[must_use]
    pub fn invoke(invocation: &'a Invocation, endpoint: &'a Endpoint) -> Self {
        let mut headers = vec![
            ("content-type", "application/json"),
            ("x-amz-invocation-type", invocation.invocation_type.as_str()),
        ];
        if invocation.log_type == LogType::Tail {
            headers.push(("x-amz-log-type", "Tail"));
        }
        if let Some(context) = &invocation.client_context {
            headers.push(("x-amz-client-context", context.as_str()));
        }
        if let Some(tenant) = &invocation.tenant_id {
            headers.push(("x-amz-tenant-id", tenant.as_str()));
        }
        if let Some(name) = &invocation.durable_execution_name {
            headers.push(("x-amz-durable-execution-name", name.as_str()));
        }
        let function = percent_encode(invocation.function.as_str());
        Self {
            method: "POST",
            scheme: endpoint.scheme(),
            host: endpoint.host(),
            path: format!(
                "{}/2015-03-31/functions/{function}/invocations",
                endpoint.base_path()
            ),
            query: invocation
                .qualifier
                .iter()
                .map(|qualifier| ("Qualifier", qualifier.as_str()))
                .collect(),
            headers,
            body: invocation.payload.as_bytes(),
        }
    }

    /// The URL as it is sent.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = format!("{}://{}{}", self.scheme, self.host, self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.extend([&percent_encode(name), "=", &percent_encode(value)]);
        }
        url
    }
}

/// `text` with every byte percent-encoded but letters, digits and `-._~`, as SigV4 wants it.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// `path` encoded once more, its slashes kept.
#[must_use]
pub fn percent_encode_path(path: &str) -> String {
    utf8_percent_encode(path, RESERVED_IN_PATH).to_string()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function_name::{FunctionName, Qualifier};
    use crate::invocation::{ClientContext, DurableExecutionName, InvocationType, TenantId};
    use crate::payload::Payload;

    #[test]
    fn every_option_has_its_place_in_the_request() {
        let function =
            FunctionName::parse("arn:aws:lambda:us-west-2:123456789012:function:my-function")
                .unwrap();
        let mut invocation = Invocation::new(function, Payload::parse(b"{}".to_vec()).unwrap());
        invocation.qualifier = Some(Qualifier::parse("$LATEST").unwrap());
        invocation.invocation_type = InvocationType::Event;
        invocation.log_type = LogType::Tail;
        invocation.client_context = Some(ClientContext::from_json(br#"{"a":1}"#).unwrap());
        invocation.tenant_id = Some(TenantId::parse("tenant a/b").unwrap());
        invocation.durable_execution_name = Some(DurableExecutionName::parse("exec-1").unwrap());
        let endpoint = Endpoint::parse("http://localhost:3001/base/").unwrap();
        let request = Request::invoke(&invocation, &endpoint);
        assert_eq!(
            request.url(),
            "http://localhost:3001/base/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A123456789012%3Afunction%3A\
             my-function/invocations?Qualifier=%24LATEST"
        );
        assert_eq!(
            request.headers,
            [
                ("content-type", "application/json"),
                ("x-amz-invocation-type", "Event"),
                ("x-amz-log-type", "Tail"),
                ("x-amz-client-context", "eyJhIjoxfQ=="),
                ("x-amz-tenant-id", "tenant a/b"),
                ("x-amz-durable-execution-name", "exec-1"),
            ]
        );
        assert_eq!(
            (request.method, request.host, request.body),
            ("POST", "localhost:3001", b"{}".as_slice())
        );
    }

    #[test]
    fn the_plain_call_asks_for_nothing_more() {
        let invocation = Invocation::new(FunctionName::parse("f:1").unwrap(), Payload::default());
        let endpoint = Endpoint::parse("https://example.com").unwrap();
        let request = Request::invoke(&invocation, &endpoint);
        assert_eq!(
            request.url(),
            "https://example.com/2015-03-31/functions/f%3A1/invocations"
        );
        assert_eq!(request.headers.len(), 2);
        assert!(request.body.is_empty());
    }
}

//! The signature against vectors of other signers: AWS's own test suite (it ships inside the package of
//! aws-sigv4), botocore's, and, over random requests, the high-level signer of aws-sigv4.
#![allow(
    clippy::disallowed_methods,
    reason = "the suite is read from cargo's registry"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SigningSettings, sign as oracle_sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use proptest::prelude::*;

use super::*;
use crate::endpoint::{Endpoint, normalize_path};
use crate::function_name::{FunctionName, Qualifier};
use crate::invocation::{
    ClientContext, DurableExecutionName, Invocation, InvocationType, LogType, TenantId,
};
use crate::payload::Payload;

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn signature(headers: &[SignedHeader]) -> &str {
    headers
        .last()
        .unwrap()
        .1
        .rsplit("Signature=")
        .next()
        .unwrap()
}

/// Vectors made with botocore for requests that sign no content type.
#[test]
fn botocores_vectors_are_met() {
    let token = Some("TOKEN/with+chars==");
    let arn = "arn%3Aaws%3Alambda%3Aus-west-2%3A123456789012%3Afunction%3Amy-function%3A1";
    #[rustfmt::skip]
    let table: [(&str, &str, &str, Vec<(&str, &str)>, &[u8], &str); 10] = [
        ("plain", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/my-function/invocations", vec![], br#"{"k":"v"}"#,
            "78aacba02b1a491c825244e628bb10b79bc03e66b4b802d27cbe48eec2b5dcdb"),
        ("empty body", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/my-function/invocations", vec![], b"",
            "2e87d74581bcfe0a485044bd6343bc5684223a45931de2323115a289d75e3501"),
        ("alias and qualifier", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/my-function%3Aprod/invocations",
            vec![("x-amz-invocation-type", "Event")], b"{}", "150e4c94d8c89c4d7d071f9abfbea3376a84da091645aaf61cf253efb5166d92"),
        ("ARN", "lambda.us-west-2.amazonaws.com", &format!("/2015-03-31/functions/{arn}/invocations"),
            vec![("x-amz-tenant-id", "tenant a/b"), ("x-amz-client-context", "eyJhIjoxfQ=="), ("x-amz-durable-execution-name", "exec-1"),
                ("x-amz-invocation-type", "RequestResponse"), ("x-amz-log-type", "Tail")], b"{}",
            "cf53a0b658dc7c2170f6aa59cd74908b7048ce47f8fb38e9a4001b10c6a29658"),
        ("partial ARN", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/123456789012%3Afunction%3Amy_fn/invocations", vec![], b"{}",
            "5f3215d7982d151ee8c0850be3ad3b2e707bb66976cb554b8ebed3587a4aa4af"),
        ("port", "localhost:4566", "/2015-03-31/functions/f/invocations", vec![], b"{}",
            "179a6183ffd2d43fa0a226e6c65856f3257909288ae9d2ff81b495e15139b018"),
        ("base path", "localhost:3001", "/base/2015-03-31/functions/f/invocations", vec![], b"{}",
            "aca9ea260b38aa18c43a60f030921424c81c981842d3be488c1c72a1df78d7a2"),
        ("space in the name", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/a%20b/invocations", vec![], b"{}",
            "e257c8c0f08f7fb20ddb529c6518c849cea8d3e5476dec00909ce4783e528e57"),
        ("spaces in the tenant", "lambda.us-east-1.amazonaws.com", "/2015-03-31/functions/f/invocations",
            vec![("x-amz-tenant-id", "a  b ")], b"{}", "42743bf10d7c2bb1f296815573997625e610f38e47cc5be9ca323aa76eb22a00"),
        ("stream", "lambda.us-east-1.amazonaws.com", "/2021-11-15/functions/my-function/response-streaming-invocations", vec![], b"{}",
            "23f5b509afb29d2cde0beb6d8b0107b06ef2e0513be17dfec8694d275fc287c8"),
    ];
    for (case, host, path, headers, body, want) in table {
        let query = if case == "alias and qualifier" {
            vec![("Qualifier", "$LATEST")]
        } else {
            vec![]
        };
        let (region, token) = if case == "ARN" {
            ("us-west-2", token)
        } else {
            ("us-east-1", None)
        };
        let credentials = Credentials::new(KEY_ID, SECRET, token.map(str::to_owned), None, "test");
        let request = Request {
            method: "POST",
            scheme: "https",
            host,
            path: path.to_owned(),
            query,
            headers,
            body,
        };
        let signed = sign(
            &request,
            &credentials,
            Scope {
                region,
                service: "lambda",
            },
            at(1_735_787_045),
        )
        .unwrap();
        assert_eq!(signature(&signed), want, "{case}");
    }
}

#[test]
fn the_canonical_request_encodes_the_path_twice() {
    let request = Request {
        method: "POST",
        scheme: "https",
        host: "lambda.us-east-1.amazonaws.com",
        path: "/2015-03-31/functions/my-function%3Aprod/invocations".to_owned(),
        query: vec![("Qualifier", "$LATEST")],
        headers: vec![("x-amz-invocation-type", "Event")],
        body: b"{}",
    };
    let canonical = canonical_request(&request, &[("x-amz-date", "20250102T030405Z".to_owned())]);
    assert_eq!(
        canonical.text,
        "POST\n/2015-03-31/functions/my-function%253Aprod/invocations\nQualifier=%24LATEST\n\
         host:lambda.us-east-1.amazonaws.com\nx-amz-date:20250102T030405Z\nx-amz-invocation-type:Event\n\n\
         host;x-amz-date;x-amz-invocation-type\n44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    );
}

#[test]
fn a_clock_outside_of_the_calendar_is_an_error() {
    for now in [UNIX_EPOCH - Duration::from_secs(1), at(253_402_300_800)] {
        assert_eq!(Timestamp::of(now).err().unwrap().kind(), ErrorKind::Sign);
    }
}

/// Where cargo keeps the suite's cases.
fn suite() -> PathBuf {
    let cargo = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO"));
        let output = command
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    // Only this platform's packages are surely on disk.
    let version = cargo(&["-vV"]);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let metadata = cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "aws-sigv4")
        .unwrap();
    Path::new(package["manifest_path"].as_str().unwrap())
        .with_file_name("aws-signing-test-suite")
        .join("v4")
}

struct SuiteRequest {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    host: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl SuiteRequest {
    fn parse(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with(' ') {
                let folded = &mut headers.last_mut().unwrap().1;
                folded.push_str(line);
            } else {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
        headers.retain(|(name, _)| name != "x-amz-date");
        let host = headers
            .remove(headers.iter().position(|(name, _)| name == "host").unwrap())
            .1;
        Self {
            method: method.into(),
            path: path.into(),
            query,
            host,
            headers,
            body: body.into(),
        }
    }
}

#[test]
fn awss_own_test_suite_passes() {
    let mut cases = 0;
    for directory in std::fs::read_dir(suite())
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let case = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let read = |file: &str| {
            std::fs::read_to_string(directory.join(file))
                .unwrap()
                .replace("\r\n", "\n")
        };
        let mut parsed = SuiteRequest::parse(&read("request.txt"));
        // Two cases of API Gateway and Lambda come without a context: they encode the path twice, and have
        // only canonical requests. The others are of a service that encodes once.
        let context: Option<serde_json::Value> =
            std::fs::read_to_string(directory.join("context.json"))
                .ok()
                .map(|text| serde_json::from_str(&text).unwrap());
        if let Some(context) = &context {
            parsed.path = percent_encoding::percent_decode_str(&parsed.path)
                .decode_utf8()
                .unwrap()
                .into_owned();
            if context["normalize"] == true {
                parsed.path = normalize_path(&parsed.path);
            }
            if context["sign_body"] == true {
                parsed.headers.push((
                    "x-amz-content-sha256".into(),
                    hex::encode(Sha256::digest(&parsed.body)),
                ));
            }
        }
        let request = Request {
            method: &parsed.method,
            scheme: "https",
            host: &parsed.host,
            path: parsed.path.clone(),
            query: parsed
                .query
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            headers: parsed
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            body: parsed.body.as_bytes(),
        };
        let token = context
            .as_ref()
            .filter(|context| context["omit_session_token"] != true)
            .and_then(|context| context["credentials"]["token"].as_str().map(str::to_owned));
        let want = read("header-canonical-request.txt");
        let date = want
            .lines()
            .find_map(|line| line.strip_prefix("x-amz-date:"))
            .unwrap()
            .to_owned();
        let mut added = vec![("x-amz-date", date)];
        added.extend(token.clone().map(|token| ("x-amz-security-token", token)));
        assert_eq!(
            canonical_request(&request, &added).text,
            want.trim_end(),
            "{case}: canonical request"
        );
        if context.is_some() {
            let now = at(1_440_938_160);
            let stamp = Timestamp::of(now).unwrap();
            assert_eq!(
                string_to_sign(
                    &stamp,
                    "20150830/us-east-1/service/aws4_request",
                    want.trim_end()
                ),
                read("header-string-to-sign.txt").trim_end(),
                "{case}: string to sign"
            );
            let credentials = Credentials::new(KEY_ID, SECRET, token, None, "test");
            let signed = sign(
                &request,
                &credentials,
                Scope {
                    region: "us-east-1",
                    service: "service",
                },
                now,
            )
            .unwrap();
            assert_eq!(
                signature(&signed),
                read("header-signature.txt").trim_end(),
                "{case}: signature"
            );
        }
        cases += 1;
    }
    assert!(cases >= 38, "the suite has {cases} cases");
}

fn invocation() -> impl Strategy<Value = Invocation> {
    let function = prop_oneof![
        "[a-zA-Z0-9._-]{0,63}[a-zA-Z0-9_-]",
        "[a-zA-Z0-9_-]{1,20}:[a-zA-Z0-9_-]{1,20}",
        "[a-zA-Z0-9_-]{1,20}:\\$LATEST",
        "[0-9]{12}:function:[a-zA-Z0-9_-]{1,20}",
        "arn:aws(-cn|-us-gov)?:lambda:us-east-1:[0-9]{12}:function:[a-zA-Z0-9_-]{1,20}(:[0-9]{1,3})?",
    ];
    (
        function,
        proptest::option::of("[a-zA-Z0-9_-]{1,30}|\\$LATEST"),
        proptest::option::of("[a-zA-Z0-9._:/=+@-][a-zA-Z0-9._:/=+@ -]{0,40}"),
        proptest::option::of("[a-zA-Z0-9_-]{1,64}"),
        proptest::option::of("\\{\"[a-z]{1,9}\":[1-9][0-9]{0,8}\\}"),
        "\"[a-zA-Z0-9 é\u{2028}]{0,60}\"|[1-9][0-9]{0,40}|\\[[1-9]\\]",
        any::<bool>(),
    )
        .prop_map(
            |(function, qualifier, tenant, durable, context, payload, event)| {
                let payload = Payload::parse(payload.into_bytes()).unwrap();
                let mut invocation =
                    Invocation::new(FunctionName::parse(&function).unwrap(), payload);
                invocation.qualifier = qualifier.map(|text| Qualifier::parse(&text).unwrap());
                invocation.tenant_id = tenant.map(|text| TenantId::parse(&text).unwrap());
                invocation.durable_execution_name =
                    durable.map(|text| DurableExecutionName::parse(&text).unwrap());
                invocation.client_context =
                    context.map(|text| ClientContext::from_json(text.as_bytes()).unwrap());
                (invocation.invocation_type, invocation.log_type) = if event {
                    (InvocationType::Event, LogType::None)
                } else {
                    (InvocationType::RequestResponse, LogType::Tail)
                };
                invocation
            },
        )
}

proptest! {
    // A failing case becomes a row of a table, not a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_is_signed_as_aws_sigv4_signs_it(
        invocation in invocation(),
        endpoint in "https?://[a-zA-Z0-9.-]{1,30}[a-z0-9](:[1-9][0-9]{0,3})?(/[a-zA-Z0-9._~-]{1,10}){0,2}/?",
        secret in "[a-zA-Z0-9/+]{1,60}",
        token in proptest::option::of("[a-zA-Z0-9/+=]{1,200}"),
        seconds in 0_u64..4_000_000_000,
    ) {
        let endpoint = Endpoint::parse(&endpoint).unwrap();
        let request = Request::invoke(&invocation, &endpoint);
        let credentials = Credentials::new(KEY_ID, secret, token, None, "test");
        let ours = sign(&request, &credentials, Scope { region: "us-east-1", service: "lambda" }, at(seconds)).unwrap();

        let identity: Identity = credentials.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("lambda")
            .time(at(seconds))
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let url = request.url();
        let headers = request.headers.iter().copied();
        let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(request.body)).unwrap();
        let (instructions, _) = oracle_sign(signable, &params.into()).unwrap().into_parts();
        for (name, value) in instructions.headers() {
            let own = ours.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str());
            prop_assert_eq!(own, Some(value), "{} of {}", name, url);
        }
    }
}

//! Invoke AWS Lambda functions over the REST API, without an AWS SDK client and without an async runtime.
//!
//! # Scope
//! One Invoke call: its inputs checked, signed with SigV4, sent over HTTP/1.1, again only
//! where that is safe, and its answer told apart: the
//! function's result, its own failure, a refusal, or no answer, and then whether the function may have run.
//!
//! Not in scope: any other operation of AWS, command lines, exit statuses and printing.
//!
//! # Map
//! - What is to be invoked: [`invocation`], [`function_name`], [`payload`], [`record`] (all pure)
//! - How it is sent: [`endpoint`], [`request`], [`sign`] (pure), [`transport`] (alone knows the HTTP client)
//! - What came of it: [`outcome`], [`rejection`], [`log_report`], [`code`], [`outputs`], [`error`] (pure)
//! - Whether it is sent again: [`retry`], [`clock_skew`] (pure)
//! - Around it: [`settings`], [`configured`], [`profile`], [`origin`], [`proxy`], [`credentials`], [`client`], and [`os`], the only door to the world outside
//!
//! # Example
//! ```
//! use lambda_connector::endpoint::{Endpoint, Region, Variant};
//! use lambda_connector::function_name::FunctionName;
//! use lambda_connector::invocation::Invocation;
//! use lambda_connector::payload::Payload;
//! use lambda_connector::request::Request;
//!
//! # fn main() -> Result<(), lambda_connector::error::Error> {
//! let function = FunctionName::parse("my-function:prod")?;
//! let payload = Payload::parse(br#"{"total": 1.10}"#.to_vec())?;
//! let invocation = Invocation::new(function, payload);
//! let endpoint = Endpoint::of_region("lambda", &Region::parse("eu-west-1")?, Variant::default());
//! assert_eq!(
//!     Request::invoke(&invocation, &endpoint).url(),
//!     "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/my-function%3Aprod/invocations"
//! );
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    test,
    allow(
        clippy::too_many_lines,
        clippy::type_complexity,
        clippy::format_collect,
        reason = "a table of cases is as long and as wide as its cases"
    )
)]

pub mod client;
pub mod clock_skew;
pub mod code;
pub mod configured;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod function_name;
pub mod invocation;
mod json;
pub mod log_report;
mod nearest;
pub mod origin;
pub mod os;
pub mod outcome;
pub mod outputs;
pub mod payload;
pub mod profile;
pub mod proxy;
pub mod record;
pub mod rejection;
pub mod request;
pub mod retry;
pub mod settings;
pub mod sign;
pub mod transport;

pub use nearest::nearest;

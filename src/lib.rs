//! Invoke AWS Lambda functions over the REST API, without an AWS SDK client and without an async runtime.
pub mod code;
pub mod endpoint;
pub mod error;
pub mod function_name;
pub mod invocation;
mod json;
pub mod log_report;
mod nearest;
pub mod outcome;
pub mod outputs;
pub mod payload;
pub mod record;
pub mod rejection;
pub mod request;
pub mod sign;
pub use nearest::nearest;

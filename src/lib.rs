//! Invoke AWS Lambda functions over the REST API, without an AWS SDK client and without an async runtime.
pub mod endpoint;
pub mod error;
pub mod function_name;
pub mod invocation;
mod json;
mod nearest;
pub mod payload;
pub mod record;
pub mod request;
pub mod sign;
pub use nearest::nearest;

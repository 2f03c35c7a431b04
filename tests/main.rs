//! The tests that drive the built binary, one module a subject.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "tests are the world outside, fail loudly, and a table is as long as its cases"
)]

#[allow(
    dead_code,
    reason = "shared with the program mock-lambda, which uses more of it"
)]
mod mock;
mod support;

// What a call sends and prints when Lambda answers.
mod invoke;
// Every wrong input is refused before anything is sent.
mod bad_input;
// Each refusal of Lambda has its code, exit status and advice.
mod refusal;
// What is told when no complete answer comes.
mod transport;
// How long it is waited, and how often it is tried.
mod retry;
// What a signal does.
mod signal;
// Help and version, also in a broken environment.
mod help;
// Where credentials are found.
mod credentials;
// No secret in any output.
mod leaks;
// Who may name what, and what the dependencies may be.
mod house;
// What the README shows is what the program does.
mod readme;

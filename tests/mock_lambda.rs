//! `mock-lambda`: the mock of Lambda's Invoke API as a program, for the demo, the benchmarks and trying things out.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the mock is a program of its own, for the terminal"
)]

use std::process::ExitCode;

use lexopt::prelude::*;

#[allow(dead_code, reason = "shared with the tests, which look at more of it")]
mod mock;

const HELP: &str = "\
usage: mock-lambda [--port N] [--access-key-id ID] [--secret-access-key KEY] [--session-token TOKEN]

Listens on 127.0.0.1, prints its URL, and answers Invoke calls that are signed with the key.
Functions, by name:
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mock-lambda: {error}");
            ExitCode::FAILURE
        }
    }
}

#[allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for the terminal"
)]
fn run() -> Result<(), lexopt::Error> {
    let mut options = mock::Options::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("access-key-id") => options.access_key_id = parser.value()?.string()?,
            Long("secret-access-key") => options.secret_access_key = parser.value()?.string()?,
            Long("session-token") => options.session_token = Some(parser.value()?.string()?),
            Short('h') | Long("help") => {
                println!("{HELP}{}", mock::function::FUNCTIONS);
                return Ok(());
            }
            other => return Err(other.unexpected()),
        }
    }
    let mock = mock::Mock::start(options).map_err(|error| format!("cannot listen: {error}"))?;
    println!("{}", mock.url());
    loop {
        std::thread::park();
    }
}

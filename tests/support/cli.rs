//! Runs the built binary in an empty environment and tells all about it when it does not behave.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::mock::Mock;

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A run of the binary to be.
pub(crate) struct Cli {
    command: Command,
    stdin: Vec<u8>,
}

impl Cli {
    /// With nothing in the environment but a word that keeps the tests on this machine.
    pub(crate) fn bare(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambda-connector"));
        command
            .args(arguments)
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            command,
            stdin: Vec::new(),
        }
    }

    /// With keys, region and the endpoint `url`.
    pub(crate) fn new(url: &str, arguments: &[&str]) -> Self {
        Self::bare(arguments)
            .env("AWS_LAMBDA_AWS_ACCESS_KEY", ACCESS_KEY_ID)
            .env("AWS_LAMBDA_AWS_SECRET_KEY", SECRET)
            .env("AWS_LAMBDA_AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL_LAMBDA", url)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, bytes: &[u8]) -> Self {
        self.command.stdin(Stdio::piped());
        bytes.clone_into(&mut self.stdin);
        self
    }

    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.command.stdout(stdout);
        self
    }

    pub(crate) fn run(mut self) -> Run {
        let description = format!("{:?}", self.command);
        let mut child = self.command.spawn().unwrap();
        if let Some(mut stdin) = child.stdin.take() {
            // The program may end before it has read everything.
            let _ = stdin.write_all(&self.stdin);
        }
        Run {
            description,
            output: child.wait_with_output().unwrap(),
        }
    }
}

/// What came of it.
pub(crate) struct Run {
    description: String,
    output: Output,
}

impl Run {
    #[track_caller]
    pub(crate) fn exits_with(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.told());
        self
    }

    pub(crate) fn stdout(&self) -> &[u8] {
        &self.output.stdout
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The outputs object, after a check of its form: one line, the four keys first and in their order.
    #[track_caller]
    pub(crate) fn outputs(&self) -> Value {
        let text =
            std::str::from_utf8(&self.output.stdout).unwrap_or_else(|_| panic!("{}", self.told()));
        let line = text
            .strip_suffix('\n')
            .unwrap_or_else(|| panic!("no newline: {}", self.told()));
        assert!(!line.contains('\n'), "more than a line: {}", self.told());
        let mut rest = line;
        for key in [
            "{\"lambdaPayload\":",
            ",\"lambdaStatus\":",
            ",\"lambdaLog\":",
            ",\"lambdaError\":",
        ] {
            let at = rest
                .find(key)
                .unwrap_or_else(|| panic!("no {key}: {}", self.told()));
            rest = &rest[at + key.len()..];
        }
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.told()))
    }

    /// Everything, for a failing assertion.
    pub(crate) fn told(&self) -> String {
        format!(
            "\n{}\nstatus: {:?}\nstdout: {}\nstderr: {}",
            self.description,
            self.output.status,
            String::from_utf8_lossy(&self.output.stdout),
            self.stderr()
        )
    }
}

/// A mock that knows the keys of [`Cli::new`].
pub(crate) fn mock() -> Mock {
    Mock::start(crate::mock::Options::default()).unwrap()
}

/// Invokes at a mock of its own.
pub(crate) fn invoke(arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = ["invoke"].iter().chain(arguments).copied().collect();
    Cli::new(&mock().url(), &arguments).run()
}

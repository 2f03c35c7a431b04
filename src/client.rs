//! The client: loads credentials, signs, sends, and reads the answer.
//!
//! Knows no options, no standard output and no exit status.

use crate::credentials::{self, Loaded};
use crate::error::{Error, ErrorKind};
use crate::invocation::Invocation;
use crate::os::{Clock, Env, read_file};
use crate::outcome::Answer;
use crate::outputs::Invoked;
use crate::request::Request;
use crate::settings::Settings;
use crate::sign::{Scope, sign};
use crate::transport::{Transport, TransportConfig};

/// What happens while an invocation is under way, for whoever wants to tell it. Nothing in it is a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Credentials were loaded.
    Credentials(&'a Loaded),
    /// The attempt of this number begins.
    Attempt(u32, &'a str),
    /// Lambda answered.
    Answered(&'a Answer),
    /// No answer came.
    Failed(&'a Error),
}

/// Invokes functions at one endpoint.
#[derive(Debug)]
pub struct Client<'a> {
    settings: &'a Settings,
    env: &'a Env,
    clock: &'a Clock,
}

impl<'a> Client<'a> {
    /// A client with these settings; nothing is read yet.
    #[must_use]
    pub fn new(settings: &'a Settings, env: &'a Env, clock: &'a Clock) -> Self {
        Self {
            settings,
            env,
            clock,
        }
    }

    /// Invokes once, and tells `observer` of each step.
    pub fn invoke(&self, invocation: &Invocation, observer: &mut dyn FnMut(Event<'_>)) -> Invoked {
        let started = self.clock.instant();
        let mut attempts = 0;
        let result = self.attempt(invocation, &mut attempts, observer);
        if let Err(error) = &result {
            observer(Event::Failed(error));
        }
        let elapsed = self.clock.instant().saturating_duration_since(started);
        Invoked {
            result,
            attempts,
            elapsed,
        }
    }

    fn attempt(
        &self,
        invocation: &Invocation,
        attempts: &mut u32,
        observer: &mut dyn FnMut(Event<'_>),
    ) -> Result<Answer, Error> {
        let loaded = credentials::load(self.env)?;
        observer(Event::Credentials(&loaded));
        let transport = self.transport()?;
        let request = Request::invoke(invocation, &self.settings.endpoint.value);
        let scope = Scope {
            region: self.settings.region.value.as_str(),
            service: "lambda",
        };
        let signed = sign(&request, &loaded.credentials, scope, self.clock.now())?;
        *attempts += 1;
        observer(Event::Attempt(*attempts, &request.url()));
        let response = transport.send(&request, &signed, self.settings.timeout)?;
        let answer = Answer::classify(response);
        observer(Event::Answered(&answer));
        Ok(answer)
    }

    fn transport(&self) -> Result<Transport, Error> {
        let bundle = self
            .settings
            .ca_bundle
            .as_ref()
            .filter(|_| self.settings.endpoint.value.scheme() == "https");
        let ca_bundle = bundle
            .map(|bundle| {
                let pem = read_file(&bundle.value, CA_BUNDLE_LIMIT_BYTES).map_err(|error| {
                    Error::new(
                        ErrorKind::Config,
                        format!("cannot read the CA bundle {}", bundle.value.display()),
                    )
                    .with_source(error)
                    .with_hint(format!("it was named by {}", bundle.origin))
                })?;
                Ok::<_, Error>((bundle.value.clone(), pem))
            })
            .transpose()?;
        Transport::new(&TransportConfig {
            connect_timeout: self.settings.connect_timeout,
            ca_bundle,
            body_limit: BODY_LIMIT_BYTES,
        })
    }
}

/// A system's whole set of certificates takes 250 KB.
const CA_BUNDLE_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Lambda answers with at most 6 MB and 100 bytes; more than twice that is not an answer of Lambda.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const BODY_LIMIT_BYTES: usize = 16 * 1024 * 1024;

//! The client: loads credentials, signs, sends, reads the answer, and tries again where that is safe.
//!
//! Knows no options, no standard output and no exit status.

use std::time::Duration;

use aws_credential_types::Credentials;

use crate::clock_skew::ClockSkew;
use crate::configured::Configured;
use crate::credentials::{Loaded, Sources};
use crate::error::{Error, ErrorKind, Phase, TransportFault};
use crate::invocation::{Invocation, InvocationType};
use crate::os::{Clock, chance};
use crate::outcome::{Answer, Outcome};
use crate::outputs::Invoked;
use crate::rejection::{Rejection, RunState};
use crate::request::Request;
use crate::retry::{Class, RetryPolicy, Standing, decide};
use crate::settings::Settings;
use crate::sign::{Scope, sign};
use crate::transport::{Transport, TransportConfig};

/// What happens while an invocation is under way, for whoever wants to tell it. Nothing in it is a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Credentials were loaded.
    Credentials(&'a Loaded),
    /// The attempt of this number begins, at this URL.
    Attempt(u32, &'a str),
    /// Lambda answered.
    Answered(&'a Answer),
    /// No answer came.
    Failed(&'a Error),
    /// Lambda refused before it ran anything, and what it minded was put right.
    Repaired(&'a Repair),
    /// The next attempt begins after this delay.
    Waiting(Duration),
}

/// What was put right, once and without a question, since Lambda had answered before it ran anything.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Repair {
    /// The time to sign with.
    Clock(ClockSkew),
    /// The credentials had expired; others were loaded.
    Credentials,
    /// This function cannot give a log; it is not asked for.
    LogType,
}

/// Invokes functions at one endpoint.
#[derive(Debug)]
pub struct Client<'a> {
    settings: &'a Settings,
    configured: &'a Configured<'a>,
    clock: &'a Clock,
}

/// One invocation under way.
struct Call<'a, 'b> {
    client: &'a Client<'a>,
    request: Request<'a>,
    invocation_type: InvocationType,
    credentials: Credentials,
    clock_skew: Option<ClockSkew>,
    policy: RetryPolicy,
    repairs: Vec<Repair>,
    attempts: u32,
    started: Duration,
    observer: &'a mut (dyn FnMut(Event<'_>) + 'b),
}

impl<'a> Client<'a> {
    /// A client with these settings; nothing is read yet.
    #[must_use]
    pub fn new(settings: &'a Settings, configured: &'a Configured<'a>, clock: &'a Clock) -> Self {
        Self {
            settings,
            configured,
            clock,
        }
    }

    /// Invokes, as often as it is safe and allowed, and tells `observer` of each step.
    pub fn invoke(&self, invocation: &Invocation, observer: &mut dyn FnMut(Event<'_>)) -> Invoked {
        let started = self.clock.elapsed();
        let mut invoked = match self.prepare(observer) {
            Ok((transport, credentials)) => {
                // A durable execution runs once by its name, however often it is asked for; a dry run runs nothing.
                let idempotent = self.settings.retry.idempotent
                    || invocation.durable_execution_name.is_some()
                    || invocation.invocation_type == InvocationType::DryRun;
                let call = Call {
                    client: self,
                    request: Request::invoke(invocation, &self.settings.endpoint.value),
                    invocation_type: invocation.invocation_type,
                    credentials,
                    clock_skew: None,
                    policy: RetryPolicy {
                        idempotent,
                        ..self.settings.retry
                    },
                    repairs: Vec::new(),
                    attempts: 0,
                    started,
                    observer,
                };
                call.run(&transport)
            }
            Err(error) => Invoked::not_tried(error),
        };
        invoked.elapsed = self.clock.elapsed().saturating_sub(started);
        invoked
    }

    fn prepare(
        &self,
        observer: &mut dyn FnMut(Event<'_>),
    ) -> Result<(Transport, Credentials), Error> {
        let loaded = self.sources().load()?;
        observer(Event::Credentials(&loaded));
        Ok((self.transport()?, loaded.credentials))
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            settings: self.settings,
            configured: self.configured,
            clock: self.clock,
        }
    }

    fn transport(&self) -> Result<Transport, Error> {
        let settings = self.settings;
        let proxy = settings.proxy.as_ref().map(|proxy| &proxy.value);
        Transport::new(&TransportConfig {
            connect_timeout: settings.connect_timeout,
            timeout: settings.timeout,
            proxy: proxy.cloned(),
            ca_bundle: settings.ca_bundle_for(&settings.endpoint.value, proxy)?,
            body_limit: BODY_LIMIT_BYTES,
        })
    }
}

impl Call<'_, '_> {
    fn run(mut self, transport: &Transport) -> Invoked {
        let mut may_have_run_before = false;
        loop {
            let result = self.attempt(transport);
            if let Some(repair) = self.repair(&result) {
                (self.observer)(Event::Repaired(&repair));
                self.repairs.push(repair);
                continue;
            }
            let class = Class::of(&result);
            let Some(delay) = decide(self.policy, class, &self.standing(&result)) else {
                return Invoked {
                    result,
                    attempts: self.attempts,
                    elapsed: Duration::ZERO,
                    may_have_run_before,
                };
            };
            may_have_run_before |= class == Class::Unknown;
            (self.observer)(Event::Waiting(delay));
            self.client.clock.wait(delay);
        }
    }

    /// Signs afresh, sends once, reads the answer.
    fn attempt(&mut self, transport: &Transport) -> Result<Answer, Error> {
        let client = self.client;
        let now = client.clock.now();
        let now = self.clock_skew.map_or(now, |skew| skew.correct(now));
        let scope = Scope {
            region: client.settings.region.value.as_str(),
            service: "lambda",
        };
        let signed = sign(&self.request, &self.credentials, scope, now)?;
        self.attempts += 1;
        (self.observer)(Event::Attempt(self.attempts, &self.request.url()));
        let answer = transport
            .send(&self.request, &signed, self.left())
            .and_then(|response| transport.whole(&self.request, response))
            .map(Answer::classify)
            .map(|answer| self.without_secrets(answer))
            .and_then(|answer| self.of_this_call(answer));
        match &answer {
            Ok(answer) => (self.observer)(Event::Answered(answer)),
            Err(error) => (self.observer)(Event::Failed(error)),
        }
        answer
    }

    /// The answer, if Lambda gives it to a call of this type.
    fn of_this_call(&self, answer: Answer) -> Result<Answer, Error> {
        if answer.fits(self.invocation_type) {
            return Ok(answer);
        }
        let fault = TransportFault {
            phase: Phase::Receive,
            sent: true,
            status: Some(answer.status),
        };
        let message = format!(
            "{} answered {}, which is no answer of Lambda to {}",
            self.request.host,
            answer.status,
            self.invocation_type.as_str()
        );
        Err(Error::new(ErrorKind::Transport(fault), message).with_hint(
            "the function may have run; check the endpoint URL, and what stands between",
        ))
    }

    fn without_secrets(&self, mut answer: Answer) -> Answer {
        if let Outcome::Rejected(rejection) = &mut answer.outcome {
            let token = self.credentials.session_token().unwrap_or_default();
            rejection.conceal(&[token, self.credentials.secret_access_key()]);
        }
        answer
    }

    fn left(&self) -> Duration {
        let client = self.client;
        client
            .settings
            .timeout
            .saturating_sub(client.clock.elapsed().saturating_sub(self.started))
    }

    fn standing(&self, result: &Result<Answer, Error>) -> Standing {
        let rejection = result.as_ref().ok().and_then(rejection);
        Standing {
            // What was put right is not held against the call.
            attempts: self
                .attempts
                .saturating_sub(u32::try_from(self.repairs.len()).unwrap_or(u32::MAX)),
            left: self.left(),
            chance: chance(),
            asked_milliseconds: rejection.and_then(|rejection| rejection.retry_after_milliseconds),
            asked_seconds: rejection.and_then(|rejection| rejection.retry_after_seconds),
        }
    }

    /// Puts right what Lambda minded, if it can be and was not yet.
    fn repair(&mut self, result: &Result<Answer, Error>) -> Option<Repair> {
        let rejection = rejection(result.as_ref().ok()?)?;
        let already = |wanted: fn(&Repair) -> bool| self.repairs.iter().any(wanted);
        // Whatever it is called: what may have run is not sent again for this.
        if rejection.run_state == RunState::MayHaveRun {
            return None;
        }
        if rejection.short_code() == "ExpiredToken"
            && !already(|repair| matches!(repair, Repair::Credentials))
        {
            let fresh = self.client.sources().load().ok()?.credentials;
            let is_other = fresh != self.credentials;
            self.credentials = fresh;
            return is_other.then_some(Repair::Credentials);
        }
        if rejection.minds_log_type() && !already(|repair| matches!(repair, Repair::LogType)) {
            let before = self.request.headers.len();
            self.request
                .headers
                .retain(|(name, _)| *name != "x-amz-log-type");
            return (self.request.headers.len() < before).then_some(Repair::LogType);
        }
        if already(|repair| matches!(repair, Repair::Clock(_))) {
            return None;
        }
        let skew = ClockSkew::explains(rejection, self.client.clock.now())?;
        self.clock_skew = Some(skew);
        Some(Repair::Clock(skew))
    }
}

fn rejection(answer: &Answer) -> Option<&Rejection> {
    match &answer.outcome {
        Outcome::Rejected(rejection) => Some(rejection),
        _ => None,
    }
}

/// Lambda answers with at most 6 MB and 100 bytes; more than twice that is not an answer of Lambda.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const BODY_LIMIT_BYTES: usize = 16 * 1024 * 1024;

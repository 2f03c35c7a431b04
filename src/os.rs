//! The world outside: environment, files, standard input and clocks. The only file that reads them.
//!
//! Everything else gets them from here as values, so that it can be tested with others. Knows nothing of AWS.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the file that the rule keeps them in"
)]

use std::env;
use std::fmt;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// The environment variables of the process, or others in their place.
pub struct Env(Variables);

enum Variables {
    Process,
    Given(Vec<(String, String)>),
}

impl Env {
    /// Those of this process, each read when it is asked for.
    #[must_use]
    pub fn process() -> Self {
        Self(Variables::Process)
    }

    /// The given ones and no others.
    #[must_use]
    pub fn given(pairs: &[(&str, &str)]) -> Self {
        Self(Variables::Given(
            pairs
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ))
    }

    /// The variable's value. An empty one counts as not set, as everywhere in AWS's tools; bytes that are not UTF-8
    /// are replaced, and whoever reads the value finds the replacement character wrong.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Variables::Process => env::var_os(name)?.to_string_lossy().into_owned(),
            Variables::Given(pairs) => pairs.iter().find(|(known, _)| known == name)?.1.clone(),
        };
        Some(value).filter(|value| !value.is_empty())
    }
}

/// Values may be secrets: only the names are shown.
impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Variables::Process => f.write_str("Env(process)"),
            Variables::Given(pairs) => f
                .debug_list()
                .entries(pairs.iter().map(|(name, _)| name))
                .finish(),
        }
    }
}

/// The clocks of this machine, or one that stands still until it is told to go on.
#[derive(Debug)]
pub struct Clock(Time);

#[derive(Debug)]
enum Time {
    Machine(Instant),
    Given(SystemTime, Mutex<Duration>),
}

impl Clock {
    /// Those of this machine.
    #[must_use]
    pub fn machine() -> Self {
        Self(Time::Machine(Instant::now()))
    }

    /// One that begins at `start`, and goes on only by being waited for.
    #[must_use]
    pub fn given(start: SystemTime) -> Self {
        Self(Time::Given(start, Mutex::default()))
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Time::Machine(_) => SystemTime::now(),
            Time::Given(start, _) => *start + self.elapsed(),
        }
    }

    /// The time since this clock was made; it never goes back.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Time::Machine(start) => start.elapsed(),
            Time::Given(_, waited) => *waited.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Waits.
    pub fn wait(&self, delay: Duration) {
        match &self.0 {
            Time::Machine(_) => thread::sleep(delay),
            Time::Given(_, waited) => {
                *waited.lock().unwrap_or_else(PoisonError::into_inner) += delay;
            }
        }
    }
}

/// A number of chance, at least 0 and below 1: good for spreading calls, not for secrets.
#[must_use]
pub fn chance() -> f64 {
    // The standard library seeds its hash maps from the operating system's randomness.
    let bits = RandomState::new().build_hasher().finish() >> 32;
    f64::from(u32::try_from(bits).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
}

/// A program that ended.
#[derive(Debug)]
pub struct Finished {
    /// Whether it ended well.
    pub success: bool,
    /// What it printed, at most 1 MiB.
    pub stdout: Vec<u8>,
    /// What it complained about, at most 1 MiB.
    pub stderr: Vec<u8>,
}

/// Runs a program, `words` being its name and arguments, with nothing to read; none where it did not end within
/// `time_limit`: it is then killed.
///
/// # Errors
/// When it cannot be started.
pub fn run_program(words: &[String], time_limit: Duration) -> io::Result<Option<Finished>> {
    let (name, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (sender, receiver) = channel();
    for (index, pipe) in [
        child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .enumerate()
    {
        let sender = sender.clone();
        // Both pipes must be read at the same time: a full one would stop the program.
        thread::spawn(move || {
            let bytes =
                pipe.map(|pipe| read_at_most(pipe, PIPE_LIMIT_BYTES, 0).unwrap_or_default());
            let _ = sender.send((index, bytes.unwrap_or_default()));
        });
    }
    let deadline = Instant::now() + time_limit;
    let mut outputs = [Vec::new(), Vec::new()];
    for _ in 0..2 {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok((index, bytes)) = receiver.recv_timeout(left) else {
            // It may have ended in between: then there is nothing to kill.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        };
        outputs[index] = bytes;
    }
    let [stdout, stderr] = outputs;
    // It closed its outputs; as a rule it has ended with that.
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(Some(Finished {
        success: child.wait()?.success(),
        stdout,
        stderr,
    }))
}

const PIPE_LIMIT_BYTES: usize = 1024 * 1024;

/// The bytes of a file, at most `limit` and one more: so that a reader can tell that there were more, and a huge
/// file is never taken into memory.
///
/// # Errors
/// Those of the operating system.
pub fn read_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_at_most(
        file,
        limit,
        usize::try_from(metadata.len()).unwrap_or(usize::MAX),
    )
}

/// The bytes of standard input, at most `limit` and one more.
///
/// # Errors
/// Those of the operating system.
pub fn read_stdin(limit: usize) -> io::Result<Vec<u8>> {
    read_at_most(io::stdin().lock(), limit, 0)
}

/// A file's size is believed up to here.
const LARGEST_GUESS_BYTES: usize = 16 * 1024 * 1024;

fn read_at_most(reader: impl Read, limit: usize, expected: usize) -> io::Result<Vec<u8>> {
    let most = limit.saturating_add(1);
    let mut bytes = Vec::with_capacity(expected.min(most).min(LARGEST_GUESS_BYTES));
    reader.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

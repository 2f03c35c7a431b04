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
use std::io::{self, Read};
use std::path::Path;
use std::time::{Instant, SystemTime};

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

    /// Whether the variable says `true`, in any case of letters.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
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

/// The clocks of this machine.
#[derive(Debug, Default)]
pub struct Clock;

impl Clock {
    /// The time of day.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// A point on the clock that only goes forward.
    #[must_use]
    pub fn instant(&self) -> Instant {
        Instant::now()
    }
}

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

fn read_at_most(reader: impl Read, limit: usize, expected: usize) -> io::Result<Vec<u8>> {
    let most = limit.saturating_add(1);
    let mut bytes = Vec::with_capacity(expected.min(most));
    reader.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

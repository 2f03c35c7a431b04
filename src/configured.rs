//! What is configured around a call: environment variables, and the profile of AWS's files behind them.
//!
//! The only file that knows where those files are. Without a HOME there are none, which is no error.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, quoted};
use crate::origin::Origin;
use crate::os::{Env, read_file};
use crate::profile::{FileKind, Profiles, Property, Section, SectionKind};

/// Variables and a profile.
#[derive(Debug)]
pub struct Configured<'a> {
    /// The environment.
    pub env: &'a Env,
    profiles: Profiles,
    name: String,
    named_by: Origin,
}

impl<'a> Configured<'a> {
    /// The environment alone.
    #[must_use]
    pub fn environment(env: &'a Env) -> Self {
        Self {
            env,
            profiles: Profiles::default(),
            name: DEFAULT.to_owned(),
            named_by: Origin::Default,
        }
    }

    /// The environment, and the profile `option` (of `--profile`) or that of `AWS_PROFILE`; the files are read.
    ///
    /// # Errors
    /// `Config` when a file cannot be read, or a profile was named that none of them has.
    pub fn load(env: &'a Env, option: Option<&str>) -> Result<Self, Error> {
        let mut profiles = Profiles::default();
        let config = file_path(env, "AWS_CONFIG_FILE", "config");
        let credentials = file_path(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        for (path, kind) in [
            (&config, FileKind::Config),
            (&credentials, FileKind::Credentials),
        ] {
            if let Some(path) = path {
                read(&mut profiles, path, kind)?;
            }
        }
        let (name, named_by) = match option {
            Some(name) => (name.to_owned(), Origin::Option("--profile")),
            None => ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
                .into_iter()
                .find_map(|variable| Some((env.get(variable)?, Origin::Variable(variable))))
                .unwrap_or_else(|| (DEFAULT.to_owned(), Origin::Default)),
        };
        let configured = Self {
            env,
            profiles,
            name,
            named_by,
        };
        if configured.section().is_none() && configured.is_named() {
            return Err(configured.unknown_profile([config, credentials].into_iter().flatten()));
        }
        Ok(configured)
    }

    /// The same files with the profile `name`, which counts as typed: it was meant, and not the environment.
    #[must_use]
    pub fn chosen(&self, name: &str) -> Option<Configured<'_>> {
        self.profiles.profile(name)?;
        let profiles = self.profiles.clone();
        Some(Configured {
            env: self.env,
            profiles,
            name: name.to_owned(),
            named_by: Origin::Option("source_profile"),
        })
    }

    /// The profile's name.
    #[must_use]
    pub fn profile_name(&self) -> &str {
        &self.name
    }

    /// Whether the profile was named by `--profile`: then the keys of the environment are not meant.
    #[must_use]
    pub fn is_profile_typed(&self) -> bool {
        matches!(self.named_by, Origin::Option(_))
    }

    /// Whether anybody named the profile.
    fn is_named(&self) -> bool {
        self.named_by != Origin::Default
    }

    /// The profile itself.
    #[must_use]
    pub fn section(&self) -> Option<&Section> {
        self.profiles.profile(&self.name)
    }

    /// All sections of the files.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// A property of the profile that is not empty.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.section()?
            .get(name)
            .filter(|property| !property.value.is_empty())
    }

    /// A setting: the first variable that is set, or the profile's property.
    #[must_use]
    pub fn get(
        &self,
        variables: &[&'static str],
        property: &'static str,
    ) -> Option<(String, Origin)> {
        variables
            .iter()
            .find_map(|variable| Some((self.env.get(variable)?, Origin::Variable(variable))))
            .or_else(|| {
                Some((
                    self.property(property)?.value.clone(),
                    Origin::Profile(property),
                ))
            })
    }

    /// The profile's own endpoint URL of a service (`lambda`, `sts`), through its `services` section.
    ///
    /// # Errors
    /// `Config` when the section that the profile names is not there.
    pub fn service_endpoint_url(&self, service: &str) -> Result<Option<String>, Error> {
        let Some(named) = self.property("services") else {
            return Ok(None);
        };
        let Some(section) = self.profiles.section(SectionKind::Services, &named.value) else {
            return Err(Error::new(
                ErrorKind::Config,
                format!(
                    "the profile {} names a section [services {}] that is not there",
                    quoted(&self.name),
                    named.value
                ),
            )
            .with_hint("add the section to the config file, or take the line out"));
        };
        Ok(section
            .get(service)
            .and_then(|property| property.below.get("endpoint_url"))
            .cloned())
    }

    fn unknown_profile(&self, files: impl Iterator<Item = PathBuf>) -> Error {
        let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
        let place = if files.is_empty() {
            "there are no files, since HOME is not set".to_owned()
        } else {
            files.join(" and ")
        };
        let names: Vec<&str> = self.profiles.names().collect();
        let known = if names.is_empty() {
            "no profile is there".to_owned()
        } else {
            format!("known: {}", names.join(", "))
        };
        Error::new(
            ErrorKind::Config,
            format!(
                "there is no profile {} (named by {}); {known}; looked in: {place}",
                quoted(&self.name),
                self.named_by
            ),
        )
        .with_hint("check the name, or make the profile with `aws configure`")
    }
}

const DEFAULT: &str = "default";

/// A file of profiles takes a few KB.
const FILE_LIMIT_BYTES: usize = 4 * 1024 * 1024;

fn file_path(env: &Env, variable: &str, name: &str) -> Option<PathBuf> {
    match env.get(variable) {
        Some(path) => Some(expand_home(env, &path)),
        None => Some(PathBuf::from(env.get("HOME")?).join(".aws").join(name)),
    }
}

/// `~/x` is below HOME.
pub(crate) fn expand_home(env: &Env, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.into(),
    }
}

fn read(profiles: &mut Profiles, path: &Path, kind: FileKind) -> Result<(), Error> {
    let unreadable = |cause: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Config, format!("cannot read {}", path.display())).with_source(cause)
    };
    let bytes = match read_file(path, FILE_LIMIT_BYTES) {
        Ok(bytes) => bytes,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(());
        }
        Err(error) => return Err(unreadable(error.into())),
    };
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".into()))?;
    profiles.read(&text, kind).map_err(|fault| {
        unreadable(fault.into())
            .with_hint("mend the line: the file holds [sections], name = value, and # comments")
    })
}

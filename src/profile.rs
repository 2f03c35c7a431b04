//! The text of AWS's config and credentials files: sections, properties, and the properties below a property.
//!
//! Pure: knows no paths and no HOME. Every property keeps its line, so that an error can name it.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
//!
//! # Design
//! 2026-11: by hand, because no crate reads these files as the SDKs do: the INI crates let sub-properties leak over
//! keys, take `#` inside of values for comments or not at all, or unescape what is a secret.

use std::collections::BTreeMap;
use std::fmt;

/// Which of the two files a text is of: they name their sections differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `~/.aws/config`: `[default]`, `[profile NAME]`, `[sso-session NAME]`, `[services NAME]`.
    Config,
    /// `~/.aws/credentials`: `[NAME]`.
    Credentials,
}

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// A profile.
    Profile,
    /// A session of IAM Identity Center that profiles share.
    SsoSession,
    /// Endpoints of services that profiles share.
    Services,
}

/// A property's value, and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Property {
    /// The value; empty where only sub-properties stand below.
    pub value: String,
    /// The properties below it, names in lower case.
    pub below: BTreeMap<String, String>,
    /// The file that it stands in.
    pub file: FileKind,
    /// Its 1-based line.
    pub line: usize,
}

/// A value may be a secret: only its place is shown.
impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Property({:?} line {})", self.file, self.line)
    }
}

/// The properties of a section, names in lower case.
pub type Section = BTreeMap<String, Property>;

/// Why a text cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileFault {
    /// The 1-based line.
    pub line: usize,
    /// What is wrong with it. Never a value of the file.
    pub what: &'static str,
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.what)
    }
}

impl std::error::Error for ProfileFault {}

/// The sections of both files together.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    sections: BTreeMap<(SectionKind, String), Section>,
}

impl Profiles {
    /// Takes in the text of a file. Of one property in both files, the credentials file's counts; in one file, the
    /// last.
    ///
    /// # Errors
    /// The first line that cannot be read. Sections of an unknown kind, and names that no profile can have, are
    /// passed over, as in the SDKs.
    pub fn read(&mut self, text: &str, file: FileKind) -> Result<(), ProfileFault> {
        let mut reader = Reader {
            file,
            plain_default: Section::new(),
            has_prefixed_default: false,
            place: Place::Outside,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            reader.line(&mut self.sections, line.trim_end_matches('\r'), index + 1)?;
        }
        if !reader.has_prefixed_default && !reader.plain_default.is_empty() {
            let key = (SectionKind::Profile, DEFAULT.to_owned());
            self.sections
                .entry(key)
                .or_default()
                .extend(reader.plain_default);
        }
        Ok(())
    }

    /// The section of this kind and name.
    #[must_use]
    pub fn section(&self, kind: SectionKind, name: &str) -> Option<&Section> {
        self.sections.get(&(kind, name.to_owned()))
    }

    /// The profile of this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.section(SectionKind::Profile, name)
    }

    /// The names of all profiles, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sections
            .keys()
            .filter(|(kind, _)| *kind == SectionKind::Profile)
            .map(|(_, name)| name.as_str())
    }
}

const DEFAULT: &str = "default";

struct Reader {
    file: FileKind,
    /// `[default]` of the config file, which counts only where there is no `[profile default]`.
    plain_default: Section,
    has_prefixed_default: bool,
    place: Place,
}

/// Where the line before stood.
enum Place {
    /// In front of the first section.
    Outside,
    /// In a section that is passed over.
    Ignored,
    /// In this section; after a property, in that.
    Inside {
        section: Header,
        property: Option<String>,
    },
}

#[derive(Clone, PartialEq, Eq)]
struct Header {
    kind: SectionKind,
    name: String,
    is_plain_default: bool,
}

impl Reader {
    fn line(
        &mut self,
        sections: &mut BTreeMap<(SectionKind, String), Section>,
        line: &str,
        number: usize,
    ) -> Result<(), ProfileFault> {
        let fault = |what| ProfileFault { line: number, what };
        if line.starts_with(['#', ';']) || line.trim_matches(BLANK).is_empty() {
            return Ok(());
        }
        if line.starts_with('[') {
            self.place = match header(line, self.file).map_err(fault)? {
                Some(section) => {
                    self.has_prefixed_default |= self.file == FileKind::Config
                        && section.name == DEFAULT
                        && !section.is_plain_default
                        && section.kind == SectionKind::Profile;
                    // A section counts as there even where nothing stands in it.
                    if !section.is_plain_default {
                        sections
                            .entry((section.kind, section.name.clone()))
                            .or_default();
                    }
                    Place::Inside {
                        section,
                        property: None,
                    }
                }
                None => Place::Ignored,
            };
            return Ok(());
        }
        let Place::Inside { section, property } = &mut self.place else {
            return match self.place {
                Place::Outside => Err(fault("stands in front of the first [section]")),
                _ => Ok(()),
            };
        };
        let properties = if section.is_plain_default {
            &mut self.plain_default
        } else {
            sections
                .entry((section.kind, section.name.clone()))
                .or_default()
        };
        if line.starts_with(BLANK) {
            let parent = property.as_ref().and_then(|name| properties.get_mut(name));
            return continuation(parent, line).map_err(fault);
        }
        let (name, value) = name_and_value(line).map_err(fault)?;
        let new = Property {
            value,
            below: BTreeMap::new(),
            file: self.file,
            line: number,
        };
        properties.insert(name.clone(), new);
        *property = Some(name);
        Ok(())
    }
}

const BLANK: [char; 2] = [' ', '\t'];

/// `[profile NAME] # comment`; none for a section that is passed over.
fn header(line: &str, file: FileKind) -> Result<Option<Header>, &'static str> {
    let (inside, rest) = line[1..].split_once(']').ok_or("has a [ without its ]")?;
    let rest = rest.trim_start_matches(BLANK);
    if !rest.is_empty() && !rest.starts_with(['#', ';']) {
        return Err("has something behind its ]");
    }
    let inside = inside.trim_matches(BLANK);
    let (word, name) = match inside.split_once(BLANK) {
        Some((word, name)) => (word, Some(unquoted(name.trim_matches(BLANK)))),
        None => (inside, None),
    };
    let (kind, name) = match (file, word, name) {
        (FileKind::Credentials, _, _) => (SectionKind::Profile, unquoted(inside)),
        (FileKind::Config, DEFAULT, None) => (SectionKind::Profile, DEFAULT),
        (FileKind::Config, "profile", Some(name)) => (SectionKind::Profile, name),
        (FileKind::Config, "sso-session", Some(name)) => (SectionKind::SsoSession, name),
        (FileKind::Config, "services", Some(name)) => (SectionKind::Services, name),
        (FileKind::Config, _, _) => return Ok(None),
    };
    if name.is_empty() {
        return Ok(None);
    }
    let is_plain_default = file == FileKind::Config && inside == DEFAULT;
    Ok(Some(Header {
        kind,
        name: name.to_owned(),
        is_plain_default,
    }))
}

/// A name with spaces is quoted, by the AWS CLI at least.
fn unquoted(name: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(name)
}

fn name_and_value(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line
        .split_once('=')
        .ok_or("is neither a [section] nor name = value")?;
    let name = name.trim_matches(BLANK);
    if name.is_empty() {
        return Err("has no name in front of its =");
    }
    Ok((
        name.to_ascii_lowercase(),
        without_comment(value).trim_matches(BLANK).to_owned(),
    ))
}

/// A comment begins at a `#` or `;` behind a space: inside of a secret they are what they are.
fn without_comment(value: &str) -> &str {
    let mut before = None;
    for (index, character) in value.char_indices() {
        if matches!(character, '#' | ';') && before.is_some_and(|before| BLANK.contains(&before)) {
            return &value[..index];
        }
        before = Some(character);
    }
    value
}

/// An indented line: more of the value above, or a property below it where that has no value.
fn continuation(parent: Option<&mut Property>, line: &str) -> Result<(), &'static str> {
    let parent = parent.ok_or("is indented, and there is no property above it")?;
    if parent.value.is_empty() {
        let (name, value) = name_and_value(line)?;
        parent.below.insert(name, value);
    } else {
        parent.value.push('\n');
        parent.value.push_str(line.trim_matches(BLANK));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kind name: property=value (sub=value, …)`, a line a section.
    fn told(files: &[(FileKind, &str)]) -> Result<String, ProfileFault> {
        let mut profiles = Profiles::default();
        for (file, text) in files {
            profiles.read(text, *file)?;
        }
        let mut lines = Vec::new();
        for ((kind, name), section) in &profiles.sections {
            let properties: Vec<String> = section
                .iter()
                .map(|(name, property)| {
                    let below: Vec<String> = property
                        .below
                        .iter()
                        .map(|(name, value)| format!("{name}={value}"))
                        .collect();
                    let below = if below.is_empty() {
                        String::new()
                    } else {
                        format!("({})", below.join(", "))
                    };
                    format!("{name}={}{below}", property.value)
                })
                .collect();
            lines.push(format!("{kind:?} {name}: {}", properties.join(", ")));
        }
        Ok(lines.join("\n"))
    }

    #[test]
    fn a_config_file_is_read_as_the_sdks_read_it() {
        for (case, text, want) in [
            ("empty", "", ""),
            (
                "default",
                "[default]\nregion = us-east-1",
                "Profile default: region=us-east-1",
            ),
            (
                "profile",
                "[profile foo]\na=1\nb =2\n c",
                "Profile foo: a=1, b=2\nc",
            ),
            (
                "spaces in the header",
                "[ profile\tfoo\t]\na=1",
                "Profile foo: a=1",
            ),
            (
                "comment behind the header",
                "[profile foo] # x\na=1\n[profile bar]; y\nb=2",
                "Profile bar: b=2\nProfile foo: a=1",
            ),
            (
                "a name without its prefix is passed over",
                "[foo]\na=1\njunk\n[profile bar]\nb=2",
                "Profile bar: b=2",
            ),
            (
                "an empty section is there",
                "[profile foo]",
                "Profile foo: ",
            ),
            (
                "profile default wins",
                "[profile default]\na=1\n[default]\na=2\nb=3",
                "Profile default: a=1",
            ),
            (
                "wherever it stands",
                "[default]\na=2\n[profile default]\nb=1",
                "Profile default: b=1",
            ),
            (
                "one section twice",
                "[profile foo]\na=1\nb=1\n[profile foo]\na=2",
                "Profile foo: a=2, b=1",
            ),
            (
                "names in lower case, values as they are",
                "[profile foo]\nRegion=X",
                "Profile foo: region=X",
            ),
            (
                "the first = counts",
                "[profile foo]\na=b=c==",
                "Profile foo: a=b=c==",
            ),
            (
                "comments",
                "# x\n; y\n[profile foo]\na=1 # x\nb=2 ;y\nc=3#z\nd=4;z\n#e=5\nf=6\t#",
                "Profile foo: a=1, b=2, c=3#z, d=4;z, f=6",
            ),
            (
                "an empty value",
                "[profile foo]\na=\nb= # x",
                "Profile foo: a=, b=",
            ),
            (
                "blank lines",
                "\n  \n[profile foo]\n\na=1\n\t\nb=2\n",
                "Profile foo: a=1, b=2",
            ),
            (
                "CRLF and a byte order mark",
                "\u{feff}[profile foo]\r\na=1\r\n",
                "Profile foo: a=1",
            ),
            (
                "properties below",
                "[profile foo]\ns3 =\n  max = 1\n  Min=2\na=1",
                "Profile foo: a=1, s3=(max=1, min=2)",
            ),
            (
                "sso session",
                "[sso-session s]\nsso_region=r",
                "SsoSession s: sso_region=r",
            ),
            (
                "services",
                "[services s]\nlambda =\n  endpoint_url = http://h",
                "Services s: lambda=(endpoint_url=http://h)",
            ),
            (
                "quoted name",
                "[profile \"a b\"]\na=1\n[profile 'c d']\nb=2",
                "Profile a b: a=1\nProfile c d: b=2",
            ),
            ("unknown kinds", "[plugins]\na=1\n[other x]\nb=2", ""),
        ] {
            assert_eq!(told(&[(FileKind::Config, text)]).unwrap(), want, "{case}");
        }
    }

    #[test]
    fn a_credentials_file_has_names_without_prefix() {
        let text = "[foo]\naws_secret_access_key = a#b;c\\n\"d\n[profile bar]\nx=1\n[a b]\ny=2";
        assert_eq!(
            told(&[(FileKind::Credentials, text)]).unwrap(),
            "Profile a b: y=2\nProfile foo: aws_secret_access_key=a#b;c\\n\"d\nProfile profile bar: x=1"
        );
    }

    #[test]
    fn the_credentials_file_wins_property_by_property() {
        let config = "[profile foo]\na=1\nb=1";
        let credentials = "[foo]\nb=2\nc=2";
        let both = [
            (FileKind::Config, config),
            (FileKind::Credentials, credentials),
        ];
        assert_eq!(told(&both).unwrap(), "Profile foo: a=1, b=2, c=2");
    }

    #[test]
    fn a_broken_line_is_named() {
        for (text, line, what) in [
            ("a=1", 1, "stands in front of the first [section]"),
            (
                "[profile foo]\njunk",
                2,
                "is neither a [section] nor name = value",
            ),
            ("\n[profile foo", 2, "has a [ without its ]"),
            ("[profile foo] x", 1, "has something behind its ]"),
            ("[profile foo]\n= 1", 2, "has no name in front of its ="),
            (
                "[profile foo]\n  a",
                2,
                "is indented, and there is no property above it",
            ),
            (
                "[profile foo]\na=\n  junk",
                3,
                "is neither a [section] nor name = value",
            ),
        ] {
            assert_eq!(
                told(&[(FileKind::Config, text)]).unwrap_err(),
                ProfileFault { line, what },
                "{text:?}"
            );
        }
    }

    #[test]
    fn names_and_places_are_told_and_values_are_not() {
        let mut profiles = Profiles::default();
        profiles
            .read(
                "[default]\n\n[profile b]\nx=hunter2\n[profile a]",
                FileKind::Config,
            )
            .unwrap();
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["a", "b"]);
        let property = &profiles.profile("b").unwrap()["x"];
        assert_eq!((property.line, property.file), (4, FileKind::Config));
        assert!(!format!("{profiles:?}").contains("hunter2"));
    }
}

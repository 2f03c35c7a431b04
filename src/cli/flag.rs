//! The table of options: parser, help and README all come from it.

/// One option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    pub(crate) key: Key,
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    /// What stands for the value in the help; none where the option takes no value.
    pub(crate) value: Option<&'static str>,
    pub(crate) group: Group,
    /// One line, at most 79 columns with what stands before it.
    pub(crate) help: &'static str,
}

/// Names an option in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    CaBundle,
    ClientContext,
    ConnectTimeout,
    DurableExecutionName,
    EndpointUrl,
    Help,
    Idempotent,
    Input,
    InvocationType,
    LogType,
    MaxAttempts,
    Output,
    PayloadAs,
    Profile,
    Qualifier,
    Region,
    TenantId,
    Timeout,
    UseDualstackEndpoint,
    UseFipsEndpoint,
    Verbose,
    Version,
}

/// Where an option stands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Sent,
    Printed,
    Endpoint,
    Other,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [Self::Sent, Self::Printed, Self::Endpoint, Self::Other];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sent => "What is sent",
            Self::Printed => "What is printed",
            Self::Endpoint => "Where it goes, and how long it may take",
            Self::Other => "Other",
        }
    }
}

const fn valued(
    key: Key,
    long: &'static str,
    value: &'static str,
    group: Group,
    help: &'static str,
) -> Flag {
    Flag {
        key,
        long,
        short: None,
        value: Some(value),
        group,
        help,
    }
}

const fn switch(key: Key, long: &'static str, group: Group, help: &'static str) -> Flag {
    Flag {
        key,
        long,
        short: None,
        value: None,
        group,
        help,
    }
}

const fn short(letter: char, flag: Flag) -> Flag {
    Flag {
        short: Some(letter),
        ..flag
    }
}

/// All options, in the order of the help.
pub(crate) const FLAGS: [Flag; 22] = [
    valued(
        Key::Input,
        "input",
        "JSON|@FILE|-",
        Group::Sent,
        "function and payload in one JSON object",
    ),
    valued(
        Key::InvocationType,
        "invocation-type",
        "TYPE",
        Group::Sent,
        "RequestResponse, Event or DryRun",
    ),
    valued(
        Key::Qualifier,
        "qualifier",
        "QUALIFIER",
        Group::Sent,
        "version or alias",
    ),
    valued(
        Key::LogType,
        "log-type",
        "TYPE",
        Group::Sent,
        "Tail or None; Tail where the log is printed",
    ),
    valued(
        Key::ClientContext,
        "client-context",
        "JSON|@FILE",
        Group::Sent,
        "JSON object for the context",
    ),
    valued(
        Key::TenantId,
        "tenant-id",
        "ID",
        Group::Sent,
        "tenant of a tenant-isolated function",
    ),
    valued(
        Key::DurableExecutionName,
        "durable-execution-name",
        "NAME",
        Group::Sent,
        "runs once by this name",
    ),
    short(
        'o',
        valued(
            Key::Output,
            "output",
            "FORM",
            Group::Printed,
            "outputs, payload or detail",
        ),
    ),
    valued(
        Key::PayloadAs,
        "payload-as",
        "FORM",
        Group::Printed,
        "lambdaPayload as string or json",
    ),
    short(
        'v',
        switch(
            Key::Verbose,
            "verbose",
            Group::Printed,
            "each step, on standard error",
        ),
    ),
    valued(
        Key::Region,
        "region",
        "REGION",
        Group::Endpoint,
        "else the ARN's or the environment's",
    ),
    valued(
        Key::Profile,
        "profile",
        "NAME",
        Group::Endpoint,
        "of AWS's files; before environment keys",
    ),
    valued(
        Key::EndpointUrl,
        "endpoint-url",
        "URL",
        Group::Endpoint,
        "instead of the region's endpoint",
    ),
    switch(
        Key::UseFipsEndpoint,
        "use-fips-endpoint",
        Group::Endpoint,
        "the region's FIPS endpoint",
    ),
    switch(
        Key::UseDualstackEndpoint,
        "use-dualstack-endpoint",
        Group::Endpoint,
        "the one with IPv6",
    ),
    valued(
        Key::CaBundle,
        "ca-bundle",
        "FILE",
        Group::Endpoint,
        "PEM certificates instead of the bundled",
    ),
    valued(
        Key::ConnectTimeout,
        "connect-timeout",
        "SECONDS",
        Group::Endpoint,
        "to connect; 5",
    ),
    valued(
        Key::Timeout,
        "timeout",
        "SECONDS",
        Group::Endpoint,
        "for everything; 910, Event and DryRun 60",
    ),
    valued(
        Key::MaxAttempts,
        "max-attempts",
        "N",
        Group::Endpoint,
        "the first included; 3",
    ),
    switch(
        Key::Idempotent,
        "idempotent",
        Group::Endpoint,
        "may run twice: retry whatever happened",
    ),
    short(
        'h',
        switch(
            Key::Help,
            "help",
            Group::Other,
            "this help; -h is the short one",
        ),
    ),
    short(
        'V',
        switch(Key::Version, "version", Group::Other, "the version"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_sound() {
        for (index, flag) in FLAGS.iter().enumerate() {
            for other in &FLAGS[index + 1..] {
                assert_ne!(flag.long, other.long);
                assert_ne!(flag.key, other.key);
                assert!(
                    flag.short.is_none() || flag.short != other.short,
                    "{}",
                    flag.long
                );
            }
            let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(flag.long.chars().all(is_kebab), "{}", flag.long);
            assert!(
                flag.help.is_ascii() && !flag.help.is_empty(),
                "{}",
                flag.long
            );
        }
    }
}

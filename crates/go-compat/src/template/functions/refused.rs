//! Lists the functions of Traefik's templates that are not supported, with the reasons.

/// The reason why a function of Traefik is not supported; none for a name that Traefik does not
/// have.
pub(super) fn why(name: &str) -> Option<&'static str> {
    let reasons = REFUSED.iter();
    let of_name = |(names, _): &&(&[&str], &'static str)| names.contains(&name);
    reasons.clone().find(of_name).map(|(_, why)| *why)
}

const ENVIRONMENT: &str = "it would read the agent's environment, not Traefik's: \
     write the value into the rule";
const CLOCK: &str = "it depends on the time, and a rule must not change on its own";
const CHANCE: &str = "its result is random, and a rule must not change on its own";
const NETWORK: &str = "it depends on the network, and a rule must not change on its own";
const SECRETS: &str = "a rule has no use for secrets or certificates";
const IN_PLACE: &str =
    "it changes a dictionary in place: make a new one with `dict`, `pick` or `omit`";
const NOT_HERE: &str = "Traefik supports it, but tether does not";

const REFUSED: &[(&[&str], &str)] = &[
    (&["env", "expandenv"], ENVIRONMENT),
    (
        &[
            "ago",
            "date",
            "date_in_zone",
            "date_modify",
            "dateInZone",
            "dateModify",
            "duration",
            "durationRound",
            "htmlDate",
            "htmlDateInZone",
            "must_date_modify",
            "mustDateModify",
            "mustToDate",
            "now",
            "toDate",
            "unixEpoch",
        ],
        CLOCK,
    ),
    (
        &[
            "randAlphaNum",
            "randAlpha",
            "randAscii",
            "randNumeric",
            "randInt",
            "randBytes",
            "shuffle",
            "uuidv4",
        ],
        CHANCE,
    ),
    (&["getHostByName"], NETWORK),
    (
        &[
            "bcrypt",
            "htpasswd",
            "genPrivateKey",
            "derivePassword",
            "buildCustomCert",
            "genCA",
            "genCAWithKey",
            "genSelfSignedCert",
            "genSelfSignedCertWithKey",
            "genSignedCert",
            "genSignedCertWithKey",
            "encryptAES",
            "decryptAES",
        ],
        SECRETS,
    ),
    (
        &[
            "set",
            "unset",
            "merge",
            "mergeOverwrite",
            "mustMerge",
            "mustMergeOverwrite",
        ],
        IN_PLACE,
    ),
    (
        &[
            "abbrev",
            "abbrevboth",
            "add1f",
            "addf",
            "adler32sum",
            "b32dec",
            "b32enc",
            "call",
            "ceil",
            "chunk",
            "deepCopy",
            "divf",
            "float64",
            "floor",
            "fromJson",
            "hello",
            "initials",
            "maxf",
            "minf",
            "mulf",
            "mustChunk",
            "mustDeepCopy",
            "mustFromJson",
            "mustToJson",
            "mustToPrettyJson",
            "mustToRawJson",
            "osBase",
            "osClean",
            "osDir",
            "osExt",
            "osIsAbs",
            "round",
            "semver",
            "semverCompare",
            "seq",
            "sha1sum",
            "subf",
            "toDecimal",
            "toJson",
            "toPrettyJson",
            "toRawJson",
            "typeIsLike",
            "urlJoin",
            "urlParse",
            "wrap",
            "wrapWith",
        ],
        NOT_HERE,
    ),
];

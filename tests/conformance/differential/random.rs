//! Makes containers with random labels from the whole schema, with noise: the forms that people
//! write, and their mistakes.

use anyhow::Result;
use docker_sim::{ContainerSpec, Health};

use super::corpus::Planned;
use super::each;
use super::fields::{Field, Form, fields};

/// The percentage of values that are mistakes; Traefik rejects most of their containers.
const SLIPS: u64 = 2;

/// Makes this number of containers, always the same for a seed.
pub(crate) fn containers(seed: u64, count: usize) -> Result<Vec<Planned>> {
    let fields = fields()?;
    let mut dice = Dice(seed);
    let mut all: Vec<Planned> = Vec::new();
    for number in 0..count {
        // Replicas: the same labels once more, names included.
        if let Some(former) = all.last()
            && dice.chance(10)
        {
            let name = format!("random-{number}");
            let spec = former.spec.clone().named(&name);
            all.push(Planned::running(&name, spec));
            continue;
        }
        let name = format!("random-{number}");
        let spec = container(&name, number, &fields, &mut dice);
        all.push(Planned::running(&name, spec));
    }
    Ok(all)
}

/// One container: a router, a service of the same name, and some of its own.
fn container(name: &str, number: usize, fields: &[Field], dice: &mut Dice) -> ContainerSpec {
    const SECTIONS: [&str; 5] = ["http", "http", "http", "tcp", "udp"];
    let section = dice.one(&SECTIONS);
    let mut spec = each::container(name, &format!("{section}.routers"))
        // Without it replicas would have a service each, and one router for both.
        .label(
            spelled(
                &format!("traefik.{section}.services.{name}.loadbalancer.server.port"),
                dice,
            ),
            "80",
        );
    for kind in ["routers", "services"] {
        let of = format!("{section}.{kind}");
        for _ in 0..dice.below(4) {
            spec = set(spec, &of, name, number, fields, dice);
        }
    }
    if *section != "udp" {
        let of = format!("{section}.middlewares");
        // All fields of one kind: a middleware has one.
        let kinds: Vec<&Field> = fields.iter().filter(|field| field.of == of).collect();
        let kind = dice.one(&kinds).kind().to_owned();
        let own: Vec<Field> = fields
            .iter()
            .filter(|field| field.of == of && field.kind() == kind && field.path.contains('.'))
            .cloned()
            .collect();
        for _ in 0..dice.below(6) {
            spec = set(spec, &of, name, number, &own, dice);
        }
    }
    if dice.chance(30) {
        spec = spec.compose("random", name);
    }
    match dice.below(20) {
        0 => spec.health(Health::Unhealthy),
        1 => spec.health(Health::Starting),
        2..=4 => spec.health(Health::Healthy),
        _ => spec,
    }
}

/// One more field of the element of this kind that bears the container's name.
fn set(
    spec: ContainerSpec,
    of: &str,
    name: &str,
    number: usize,
    fields: &[Field],
    dice: &mut Dice,
) -> ContainerSpec {
    let fields: Vec<&Field> = fields
        .iter()
        // The port is already set, and Traefik rejects a container with a URL beside it.
        .filter(|field| field.of == of)
        .filter(|field| !["Port", "url"].iter().any(|end| field.path.ends_with(end)))
        .collect();
    if fields.is_empty() {
        return spec;
    }
    let field = *dice.one(&fields);
    let rest = match field.form {
        Form::Texts => dice.one(&[".X-One", ".x-two", ".X.Dotted", ".X-Ünïcode"]),
        Form::Numbers => dice.one(&[".404", ".500-599"]),
        _ => "",
    };
    let key = spelled(&format!("{}{rest}", field.path), dice);
    // An unknown scheme is an intended difference: we leave the server out.
    let value = if dice.below(100) < SLIPS && !field.path.ends_with("Scheme") {
        slip(dice)
    } else {
        value(field, number, dice)
    };
    spec.label(format!("traefik.{of}.{name}.{key}"), value)
}

/// A key in the letters of the documentation, of the schema, or in any.
fn spelled(key: &str, dice: &mut Dice) -> String {
    match dice.below(5) {
        0 => key.to_owned(),
        1 => {
            let mut prefix = true;
            let any = key.chars().map(|c| {
                // The first part has one spelling only.
                prefix = prefix && key.starts_with("traefik.") && c != '.';
                match dice.chance(50) && !prefix {
                    true => c.to_ascii_uppercase(),
                    false => c,
                }
            });
            any.collect()
        }
        _ => key.to_lowercase(),
    }
}

fn value(field: &Field, number: usize, dice: &mut Dice) -> String {
    let path = field.path.to_lowercase();
    let refers = path.ends_with("middlewares") || path.ends_with("service");
    match field.form {
        Form::Bool => dice
            .one(&["true", "false", "1", "0", "T", "f", "True", "FALSE"])
            .to_string(),
        Form::Object => dice.one(&["true", "TRUE", ""]).to_string(),
        Form::Number | Form::Numbers => dice
            .one(&["0", "1", "42", "-1", "+7", "007", "100000"])
            .to_string(),
        Form::Duration => dice
            .one(&[
                "10",
                "5s",
                "1m30s",
                "1.5h",
                "100ms",
                "0",
                "250us",
                "2h45m0.5s",
            ])
            .to_string(),
        _ if path.ends_with("server.scheme") => dice.one(&["http", "https", "h2c", ""]).to_string(),
        _ if refers => reference(number, field.form == Form::List, dice),
        Form::Text | Form::Texts => match dice.below(4) {
            0 => dice.one(&TEXTS).to_string(),
            _ => each::good_text(&path).to_owned(),
        },
        Form::List => match dice.below(3) {
            0 => dice
                .one(&["a,b", " a , b ", "a,,b", ",", "a, b,c ,", "x"])
                .to_string(),
            _ => each::good_text(&path).to_owned(),
        },
    }
}

/// Texts that a document could take for something else.
const TEXTS: [&str; 14] = [
    "",
    " ",
    "~",
    "null",
    "true",
    "0x1F",
    "1e3",
    "2001-01-01",
    "[a, b]",
    "{a: b}",
    "a: b # c",
    "\"quoted\" 'twice'",
    "日本語 🐳",
    "two\n  lines\n",
];

/// Names of earlier elements, so that there is no cycle, and names that nothing has.
fn reference(number: usize, list: bool, dice: &mut Dice) -> String {
    let count = if list { 1 + dice.below(3) } else { 1 };
    let one = |dice: &mut Dice| {
        let earlier = dice.below(number.max(1) as u64);
        match dice.below(8) {
            0 => "nobody".to_owned(),
            1 => "nobody@docker".to_owned(),
            2 => "nobody@file".to_owned(),
            3 => "shared-headers@file".to_owned(),
            4 => "elsewhere@file".to_owned(),
            5 => format!("random-{earlier}@docker"),
            _ => format!("random-{earlier}"),
        }
    };
    let all: Vec<String> = (0..count).map(|_| one(dice)).collect();
    all.join(*dice.one(&[",", ", ", " , "]))
}

fn slip(dice: &mut Dice) -> String {
    dice.one(&[
        "",
        "yes",
        "10 s",
        "1d",
        "seven",
        "-",
        "1,5",
        "0x10",
        "tRUE",
        "99999999999999999999",
    ])
    .to_string()
}

/// SplitMix64: the same numbers for the same seed, everywhere.
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, of_a_hundred: u64) -> bool {
        self.below(100) < of_a_hundred
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

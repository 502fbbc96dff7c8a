//! Makes the documents to try on one version of Traefik, with the expected results.

use anyhow::Result;
use serde_json::{Value, json};
use traefik_config::{Code, Element, Kind, Section};

use crate::language::{KEY, Language, nested};

/// One element, alone in a document.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The subject of the case.
    pub(crate) what: String,
    /// The element.
    pub(crate) element: Element,
    /// The expected result.
    pub(crate) expected: Expected,
}

/// The expected result of a case.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    /// Traefik and we read it as this.
    Understood(Value),
    /// Traefik and we reject it because of this field; our problem has this code.
    Refused(String, Code),
    /// The facts do not decide it, but Traefik and we agree.
    Agreement,
    /// We reject it, and Traefik may read it as something else than is written, such as an empty
    /// list from a text where structs are needed.
    Nonsense,
}

/// Elements that have every field of this version between them: one of each kind of middleware
/// and service, since they exclude each other.
pub(crate) fn whole(language: &Language) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (section, kind, name) in language.elements()? {
        let kinds: Vec<Option<String>> = match kind {
            Kind::Services | Kind::Middlewares => {
                let fields = language.fields(&name)?.into_iter();
                let kinds = fields.filter(|field| field.is_object() && !field.ignored);
                kinds.map(|field| Some(field.name)).collect()
            }
            _ => vec![None],
        };
        for one in &kinds {
            let body = |ignored| {
                let mut body = language.whole(&name, ignored)?;
                // The others exclude this one.
                body.retain(|name, _| {
                    let mut others = kinds.iter().flatten();
                    one.as_ref() == Some(name) || !others.any(|other| other == name)
                });
                anyhow::Ok(Value::Object(body))
            };
            let one = one.as_ref().map_or(String::new(), |one| format!(".{one}"));
            cases.push(Case {
                what: format!("all of {section}.{kind}{one}"),
                element: element(section, kind, body(true)?),
                expected: Expected::Understood(body(false)?),
            });
        }
    }
    Ok(cases)
}

/// Each field that the newest version has and this one not, by itself.
pub(crate) fn newer(language: &Language, newest: &Language) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (section, kind, name) in newest.elements()? {
        for path in newest.paths(&name)? {
            if let Some(unknown) = language.unknown(&name, &path)? {
                cases.push(Case {
                    what: format!("{section}.{kind}.{}", path.join(".")),
                    element: element(section, kind, newest.only(&name, &path)?),
                    expected: Expected::Refused(unknown.to_owned(), Code::NeedsNewerTraefik),
                });
            }
        }
    }
    Ok(cases)
}

/// An unknown name, in each struct of this version.
pub(crate) fn invented(language: &Language) -> Result<Vec<Case>> {
    const NAME: &str = "inventedName";
    let mut cases = Vec::new();
    for (section, kind, name) in language.elements()? {
        for mut path in language.structs(&name)? {
            let body = nested(&path, json!({ NAME: "some-text" }));
            path.push(NAME.to_owned());
            cases.push(Case {
                what: format!("{section}.{kind}.{}", path.join(".")),
                element: element(section, kind, body),
                expected: Expected::Refused(NAME.to_owned(), Code::Invalid),
            });
        }
    }
    Ok(cases)
}

/// Values of all sorts for a field of each shape.
pub(crate) fn values() -> Result<Vec<Case>> {
    let fields = [
        (Kind::Middlewares, "headers.frameDeny", Form::Scalar),
        (Kind::Routers, "priority", Form::Scalar),
        (Kind::Middlewares, "rateLimit.period", Form::Scalar),
        (Kind::Routers, "rule", Form::Text),
        (Kind::Routers, "entryPoints", Form::Texts),
        (Kind::Services, "weighted.services", Form::Structs),
        (
            Kind::Middlewares,
            "headers.customRequestHeaders",
            Form::TextsByName,
        ),
        (Kind::Middlewares, "headers", Form::Struct),
        (Kind::Routers, "tls", Form::Struct),
    ];
    let values: Vec<Value> = serde_json::from_str(include_str!("values.json"))?;
    let case = |kind, path: &str, form: Form, value: &Value| {
        let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
        Case {
            what: format!("{path}: {value}"),
            element: element(Section::Http, kind, nested(&steps, value.clone())),
            expected: match form.fits(value) {
                true => Expected::Agreement,
                false => Expected::Nonsense,
            },
        }
    };
    let cases = fields.into_iter().flat_map(|(kind, path, form)| {
        let values = values.iter();
        values.map(move |value| case(kind, path, form, value))
    });
    Ok(cases.collect())
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy)]
enum Form {
    Scalar,
    Text,
    Texts,
    TextsByName,
    Struct,
    Structs,
}

impl Form {
    /// False for what Traefik may take, but not as it is written.
    fn fits(self, value: &Value) -> bool {
        let single = |value: &Value| !value.is_array() && !value.is_object();
        let items = |items: &Vec<Value>, is: &dyn Fn(&Value) -> bool| items.iter().all(is);
        match (self, value) {
            (Self::Scalar, _) => true,
            (Self::Text, value) => single(value),
            (Self::Texts, Value::Array(list)) => items(list, &|item| !item.is_object()),
            (Self::Texts, value) => single(value),
            (Self::Structs, Value::Array(list)) => items(list, &Value::is_object),
            (Self::Structs, _) => false,
            (Self::TextsByName, Value::Object(map)) => map.values().all(single),
            (Self::TextsByName | Self::Struct, value) => !value.is_array(),
        }
    }
}

fn element(section: Section, kind: Kind, body: Value) -> Element {
    Element {
        section,
        kind,
        name: KEY.to_owned(),
        body,
        implicit: false,
    }
}

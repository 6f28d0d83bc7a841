//! Whether a declaration is in order.

use std::collections::BTreeSet;

use semver::Version;
use serde_json::Value;
use wheelhouse_core::{
    route::{Answer, Parameter, ParameterPlace, RouteDefinition},
    tool::ToolDefinition,
};

use super::{Checked, CheckedTool, Declaration, DeclaredRoute, DeclaredTool, paths, rest};
use crate::{
    config,
    schema::{self, Arguments},
    settings::SettingsSchema,
};

/// The most of each that one plugin may declare.
const TOOLS: usize = 256;
const ROUTES: usize = 512;
const SENTENCES: usize = 256;
/// The longest text of any kind: a summary, a schema.
const TEXT: usize = 64 << 10;
/// The most problems that a reason lists.
const PROBLEMS: usize = 5;

/// # Errors
/// What is wrong with it, in a sentence for the operator.
pub(crate) fn check(declaration: &Declaration) -> Result<Checked, String> {
    let mut problems = Vec::new();
    let id = &declaration.id;
    if !is_kebab(id) {
        problems.push(format!("its id `{}` is not kebab-case of at most 64 bytes", schema::shorten(id, 80)));
    }
    let version = Version::parse(&declaration.version).unwrap_or_else(|error| {
        problems.push(format!("its version `{}` is not semantic: {error}", declaration.version));
        Version::new(0, 0, 0)
    });
    for (what, text) in [("name", &declaration.name), ("summary", &declaration.summary)] {
        if text.trim().is_empty() || text.len() > 1024 {
            problems.push(format!("its {what} is empty or longer than 1024 bytes"));
        }
    }
    problems
        .extend(declaration.capabilities.iter().filter_map(config::problem_of).map(|p| format!("it {p}")));
    let mut patterns = schema::PATTERNS;
    let settings = declaration.settings_schema.as_deref();
    let settings = settings.map(|text| parse_schema(text, &mut patterns).and_then(SettingsSchema::new));
    let settings = settings.transpose().unwrap_or_else(|problem| {
        problems.push(format!("its settings' schema {problem}"));
        None
    });
    if declaration.tools.len() > TOOLS || declaration.routes.len() > ROUTES {
        problems.push(format!("it declares more than {TOOLS} tools or {ROUTES} routes"));
        return Err(sentence(&problems));
    }

    let mut names = BTreeSet::new();
    let mut tools = Vec::with_capacity(declaration.tools.len());
    for tool in &declaration.tools {
        if !names.insert(&tool.name) {
            problems.push(format!("it declares the tool `{}` twice", tool.name));
        }
        match check_tool(tool, &mut patterns) {
            Ok(checked) => tools.push(checked),
            Err(problem) => {
                problems.push(format!("its tool `{}`: {problem}", schema::shorten(&tool.name, 80)))
            }
        }
    }
    let mut ids = BTreeSet::new();
    let mut routes = Vec::with_capacity(declaration.routes.len());
    for route in &declaration.routes {
        if !ids.insert(&route.id) {
            problems.push(format!("it declares the route `{}` twice", route.id));
        }
        match check_route(route, &mut patterns) {
            Ok(checked) => routes.push(checked),
            Err(problem) => {
                problems.push(format!("its route `{}`: {problem}", schema::shorten(&route.id, 80)))
            }
        }
    }
    if !problems.is_empty() {
        return Err(sentence(&problems));
    }
    Ok(Checked {
        id: id.clone(),
        version,
        name: declaration.name.clone(),
        summary: declaration.summary.clone(),
        asks: declaration.capabilities.clone(),
        warm: declaration.warm,
        settings,
        tools,
        routes,
        is_mounted: declaration.is_mounted,
    })
}

fn sentence(problems: &[String]) -> String {
    let mut text = problems.iter().take(PROBLEMS).cloned().collect::<Vec<_>>().join("; ");
    if problems.len() > PROBLEMS {
        text.push_str(&format!("; and {} more", problems.len() - PROBLEMS));
    }
    text
}

fn check_tool(tool: &DeclaredTool, patterns: &mut usize) -> Result<CheckedTool, String> {
    if !is_snake(&tool.name) {
        return Err("its name is not snake_case of at most 64 bytes".to_owned());
    }
    if tool.summary.trim().is_empty() || tool.summary.len() > TEXT {
        return Err("its summary is empty or too long".to_owned());
    }
    if tool.sentences.len() > SENTENCES || tool.sentences.iter().any(|s| s.len() > 1024) {
        return Err(format!("it has more than {SENTENCES} sentences, or one longer than 1024 bytes"));
    }
    let input_schema =
        parse_schema(&tool.input_schema, patterns).map_err(|p| format!("its input schema {p}"))?;
    let arguments = Arguments::new(&input_schema).map_err(|p| format!("its input schema {p}"))?;
    let output_schema = optional_schema(tool.output_schema.as_deref(), "its output schema", patterns)?;
    let definition = ToolDefinition {
        name: tool.name.clone(),
        summary: tool.summary.clone(),
        input_schema,
        output_schema,
        annotations: tool.annotations,
        needs_confirmation: tool.needs_confirmation,
        sentences: tool.sentences.clone(),
    };
    let rest = tool.rest.as_ref().map(|form| rest::form(&definition, form)).transpose()?;
    Ok(CheckedTool { definition, arguments, rest })
}

fn check_route(route: &DeclaredRoute, patterns: &mut usize) -> Result<RouteDefinition, String> {
    if route.id.is_empty() || route.id.len() > 128 {
        return Err("its id is empty or longer than 128 bytes".to_owned());
    }
    let method = route.method.parse().map_err(|failure: wheelhouse_core::Failure| failure.message)?;
    let in_path = paths::parameters(&route.path).map_err(|problem| format!("its path {problem}"))?;
    let mut parameters = Vec::with_capacity(route.parameters.len());
    for parameter in &route.parameters {
        let is_in_path = in_path.contains(&parameter.name.as_str());
        if (parameter.place == ParameterPlace::Path) != is_in_path {
            return Err(format!("its parameter `{}` and its path do not agree", parameter.name));
        }
        parameters.push(Parameter {
            name: parameter.name.clone(),
            place: parameter.place,
            required: parameter.required || is_in_path,
            summary: parameter.summary.clone(),
            schema: parse_schema(&parameter.schema, patterns)
                .map_err(|p| format!("the schema of its parameter `{}` {p}", parameter.name))?,
        });
    }
    // What a plugin does not declare of its path is text.
    for name in in_path {
        if !parameters.iter().any(|p| p.name == name) {
            parameters.push(Parameter {
                name: name.to_owned(),
                place: ParameterPlace::Path,
                required: true,
                summary: String::new(),
                schema: serde_json::json!({"type": "string"}),
            });
        }
    }
    let mut answers = Vec::with_capacity(route.answers.len());
    for answer in &route.answers {
        if !(200..600).contains(&answer.status) {
            return Err(format!("its answer's status {} is not between 200 and 599", answer.status));
        }
        answers.push(Answer {
            status: answer.status,
            summary: answer.summary.clone(),
            schema: optional_schema(answer.schema.as_deref(), "an answer's schema", patterns)?,
        });
    }
    Ok(RouteDefinition {
        id: route.id.clone(),
        method,
        path: route.path.clone(),
        summary: route.summary.clone(),
        public: route.public,
        parameters,
        body: optional_schema(route.body.as_deref(), "its body's schema", patterns)?,
        answers,
    })
}

fn optional_schema(text: Option<&str>, what: &str, patterns: &mut usize) -> Result<Option<Value>, String> {
    text.map(|text| parse_schema(text, patterns)).transpose().map_err(|problem| format!("{what} {problem}"))
}

fn parse_schema(text: &str, patterns: &mut usize) -> Result<Value, String> {
    if text.len() > TEXT {
        return Err(format!("is longer than {TEXT} bytes"));
    }
    schema::parse(text, patterns)
}

fn is_kebab(text: &str) -> bool {
    text.len() <= 64 && is_words(text, '-')
}

fn is_snake(text: &str) -> bool {
    text.len() <= 64 && is_words(text, '_')
}

/// Words of lower-case letters and digits, each beginning with a letter or digit, the first with a letter.
fn is_words(text: &str, separator: char) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split(separator).all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::declaration::DeclaredRest;

    fn declaration() -> Declaration {
        Declaration {
            id: "sums".to_owned(),
            version: "1.0.0".to_owned(),
            name: "Sums".to_owned(),
            summary: "Adds.".to_owned(),
            capabilities: Vec::new(),
            warm: false,
            settings_schema: None,
            tools: vec![tool("add")],
            routes: Vec::new(),
            is_mounted: false,
        }
    }

    fn tool(name: &str) -> DeclaredTool {
        DeclaredTool {
            name: name.to_owned(),
            summary: "Adds.".to_owned(),
            input_schema: r#"{"type": "object"}"#.to_owned(),
            output_schema: None,
            annotations: Default::default(),
            needs_confirmation: false,
            sentences: Vec::new(),
            rest: None,
        }
    }

    fn problem(change: impl FnOnce(&mut Declaration)) -> String {
        let mut declaration = declaration();
        change(&mut declaration);
        check(&declaration).unwrap_err()
    }

    #[test]
    fn a_declaration_in_order_is_taken() {
        let checked = check(&declaration()).unwrap();
        assert_eq!((&*checked.id, checked.tools.len()), ("sums", 1));
    }

    #[test]
    fn ids_are_kebab_case_and_versions_semantic() {
        for id in ["", "Sums", "-a", "a-", "a--b", "9a", "a_b", &"a".repeat(65)] {
            assert!(problem(|d| d.id = id.to_owned()).contains("kebab-case"), "{id}");
        }
        assert!(problem(|d| d.version = "1".to_owned()).contains("not semantic"));
    }

    #[test]
    fn tool_names_are_snake_case_and_unique() {
        assert!(problem(|d| d.tools[0].name = "addNumbers".to_owned()).contains("snake_case"));
        assert!(problem(|d| d.tools.push(tool("add"))).contains("twice"));
    }

    #[test]
    fn a_schema_that_is_none_is_named() {
        assert!(problem(|d| d.tools[0].input_schema = "{".to_owned()).contains("input schema is not JSON"));
        assert!(problem(|d| d.tools[0].input_schema = r#"{"type": "string"}"#.to_owned()).contains("object"));
        assert!(
            problem(|d| d.tools[0].output_schema = Some(r#"{"type": 1}"#.to_owned()))
                .contains("output schema")
        );
    }

    #[test]
    fn a_rest_form_on_a_path_of_the_host_is_refused() {
        let rest = DeclaredRest { method: "GET".to_owned(), path: "/auth/x".to_owned(), status: 200 };
        assert!(problem(|d| d.tools[0].rest = Some(rest)).contains("host's own"));
    }

    #[test]
    fn an_unknown_capability_is_refused() {
        let ask = wheelhouse_core::plugin::Capability {
            name: "teleport".to_owned(),
            targets: Vec::new(),
            reason: "why not".to_owned(),
        };
        assert!(problem(|d| d.capabilities.push(ask)).contains("`teleport`"));
    }

    #[test]
    fn a_route_gets_the_path_parameters_that_it_left_out() {
        let mut declaration = declaration();
        declaration.routes.push(DeclaredRoute {
            id: "get".to_owned(),
            method: "GET".to_owned(),
            path: "/sums/{id}".to_owned(),
            summary: String::new(),
            public: false,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
        });
        let checked = check(&declaration).unwrap();
        assert_eq!(checked.routes[0].parameters[0].name, "id");
        assert!(
            problem(|d| {
                d.routes = declaration.routes;
                d.routes[0].method = "TRACE".to_owned();
            })
            .contains("TRACE")
        );
    }
}

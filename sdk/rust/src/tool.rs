//! Tools: a struct that says what is taken, and a function that does it.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Call, Failure, Method, Outcome, bindings::tools::exports::wheelhouse::plugin::tools as wit, input, schema,
};

type Run = Box<dyn Fn(&Call, &str) -> Result<wit::Outcome, Failure>>;

/// A tool. Cheap to make: schemas are only worked out when the host asks for the list.
pub struct Tool {
    name: String,
    described: fn() -> schema::Described,
    answer: fn() -> Option<String>,
    annotations: wit::Annotations,
    needs_confirmation: bool,
    sentences: Vec<String>,
    rest: Option<wit::RestForm>,
    run: Run,
}

impl Tool {
    /// A tool that this function does. Name, description and arguments come from the struct that it takes.
    pub fn new<I, T, F>(run: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + 'static,
        T: Serialize + JsonSchema + 'static,
        F: Fn(&Call, I) -> Result<Outcome<T>, Failure> + 'static,
    {
        Self {
            name: schema::name::<I>(),
            described: schema::describe::<I>,
            answer: schema::answer::<T>,
            annotations: wit::Annotations {
                read_only: false,
                destructive: false,
                idempotent: false,
                open_world: false,
            },
            needs_confirmation: false,
            sentences: Vec::new(),
            rest: None,
            run: Box::new(move |call, arguments| run(call, input::from_json(arguments)?)?.into_wit()),
        }
    }

    /// Another name than the struct's: snake_case, unique in a host.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sentences that mean this tool: `(a|b)` is a choice, `[c]` may be left out, `{name}` and `{name:type}` fill an argument.
    /// Types: `text` (if none is said), `money`, `number`, `date`, `period`, `place`.
    #[must_use]
    pub fn sentences<S: Into<String>>(mut self, sentences: impl IntoIterator<Item = S>) -> Self {
        self.sentences.extend(sentences.into_iter().map(Into::into));
        self
    }

    /// It changes nothing.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.annotations.read_only = true;
        self.annotations.idempotent = true;
        self
    }

    /// It may destroy or overwrite something.
    #[must_use]
    pub fn destructive(mut self) -> Self {
        self.annotations.destructive = true;
        self
    }

    /// Called twice with the same arguments, it does no more than once.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.annotations.idempotent = true;
        self
    }

    /// It reaches things outside the host.
    #[must_use]
    pub fn open_world(mut self) -> Self {
        self.annotations.open_world = true;
        self
    }

    /// It runs only after the user has confirmed exactly this call.
    #[must_use]
    pub fn needs_confirmation(mut self) -> Self {
        self.needs_confirmation = true;
        self
    }

    /// The same as a route below `/api/v1`. Parts of the path in braces are arguments; the others come from the query (GET, DELETE)
    /// or the JSON body. A success answers with this status and the outcome's data.
    #[must_use]
    pub fn rest(mut self, method: Method, path: impl Into<String>, status: u16) -> Self {
        self.rest = Some(wit::RestForm { method: method.as_str().to_owned(), path: path.into(), status });
        self
    }

    /// Does it: for a plugin's tests.
    ///
    /// # Errors
    /// Those of the function, and `Invalid` for arguments that do not fit.
    pub fn call(&self, call: &Call, arguments: &Value) -> Result<Outcome<Value>, Failure> {
        let outcome = self.run(call, &arguments.to_string())?;
        let data = outcome.data.as_deref().map(serde_json::from_str).transpose();
        let data = data.map_err(|_| Failure::internal("The tool's data is not JSON."))?;
        Ok(Outcome { data: data.unwrap_or_default(), text: outcome.text, actions: outcome.actions })
    }

    pub(crate) fn run(&self, call: &Call, arguments: &str) -> Result<wit::Outcome, Failure> {
        (self.run)(call, arguments)
    }

    pub(crate) fn tool_name(&self) -> &str {
        &self.name
    }

    pub(crate) fn into_wit(self) -> wit::Tool {
        let schema::Described { schema, summary } = (self.described)();
        wit::Tool {
            name: self.name,
            summary,
            input_schema: Value::Object(schema).to_string(),
            output_schema: (self.answer)(),
            annotations: self.annotations,
            needs_confirmation: self.needs_confirmation,
            sentences: self.sentences,
            rest: self.rest,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing;

    /// Greets somebody.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct GreetSomebody {
        /// Whom.
        name: String,
    }

    fn greet(_: &Call, input: GreetSomebody) -> Result<Outcome<usize>, Failure> {
        Ok(Outcome::new(input.name.len(), format!("Hello {}!", input.name)))
    }

    #[test]
    fn a_tool_is_described_by_its_struct() {
        let tool =
            Tool::new(greet).sentences(["greet {name}"]).rest(Method::Post, "/greetings", 201).into_wit();
        assert_eq!((tool.name.as_str(), tool.summary.as_str()), ("greet_somebody", "Greets somebody."));
        let schema: Value = serde_json::from_str(&tool.input_schema).unwrap();
        assert_eq!(schema["properties"]["name"], json!({ "type": "string", "description": "Whom." }));
        assert_eq!(schema["additionalProperties"], false);
        assert!(tool.output_schema.unwrap().contains("integer"));
        assert_eq!(tool.rest.unwrap().status, 201);
    }

    #[test]
    fn a_tool_runs_on_arguments_that_fit() {
        let outcome = Tool::new(greet).call(&testing::call(), &json!({ "name": "Ann" })).unwrap();
        assert_eq!((outcome.data, outcome.text.as_str()), (json!(3), "Hello Ann!"));
    }

    #[test]
    fn a_tool_without_data_answers_text_alone() {
        fn wave(_: &Call, _: GreetSomebody) -> Result<Outcome, Failure> {
            Ok(Outcome::say("Bye."))
        }
        let tool = Tool::new(wave);
        assert_eq!(tool.run(&testing::call(), r#"{"name":""}"#).unwrap().data, None);
        assert_eq!(tool.into_wit().output_schema, None);
    }
}

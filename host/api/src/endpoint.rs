//! What an address of the host is: the router, the access check and the OpenAPI document are all made of the same list.

use salvo::{Handler, handler::ArcHandler, http::Method};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use crate::problem::ErrorShape;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a token is not looked at.
    Public,
    /// Anybody, but a token that is sent must be valid.
    Optional,
    /// Users with a valid token.
    User,
    /// Users with a valid token whom the service finds to be administrators.
    Administrator,
    /// The handler hands what the request shows of itself to the service, as more than one kind of token may be good.
    Operator,
    /// The handler checks the token in the query itself, as it can only refuse on the open socket.
    Socket,
}

/// How long the answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deadline {
    /// `deadlines.request_seconds`.
    Request,
    /// `deadlines.chat_seconds`.
    Chat,
    /// `deadlines.stream_seconds`, up to the last byte: the answer is sent while it is made.
    Stream,
    /// A WebSocket, which has none.
    Socket,
}

/// Groups of endpoints in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Accounts,
    Pam,
    Speech,
    OpenAi,
    Plugins,
    Health,
}

impl Tag {
    pub(crate) const ALL: [Self; 6] =
        [Self::Accounts, Self::Pam, Self::Speech, Self::OpenAi, Self::Plugins, Self::Health];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Pam => "PAM",
            Self::Speech => "Speech",
            Self::OpenAi => "OpenAI-compatible",
            Self::Plugins => "Plugins",
            Self::Health => "Health",
        }
    }

    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Accounts => "Register, sign in, stay signed in, sign out.",
            Self::Pam => "The assistant: say something, have something done.",
            Self::Speech => "Text to audio, by the first engine of the chain that can.",
            Self::OpenAi => "Routes that OpenAI's own client libraries speak, with the base URL `/api/v1`.",
            Self::Plugins => "What is loaded, what is not and why, and what administrators do about it.",
            Self::Health => "For orchestrators and people who look after the host.",
        }
    }
}

type SchemaOf = fn(&mut SchemaGenerator) -> Value;

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

/// A body, of a request or an answer.
pub(crate) struct Content {
    pub(crate) media_type: &'static str,
    /// `None` for bytes.
    pub(crate) schema: Option<SchemaOf>,
    pub(crate) example: Option<Value>,
}

/// An answer that is no error.
pub(crate) struct AnswerDocs {
    pub(crate) status: u16,
    pub(crate) summary: &'static str,
    pub(crate) contents: Vec<Content>,
    /// Name and what it says.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

/// A parameter in path or query.
pub(crate) struct ParameterDocs {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) required: bool,
    pub(crate) summary: &'static str,
    pub(crate) example: &'static str,
}

/// What the document says of an endpoint.
pub(crate) struct Docs {
    pub(crate) operation: &'static str,
    pub(crate) tag: Tag,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) parameters: Vec<ParameterDocs>,
    pub(crate) body: Option<Content>,
    pub(crate) answers: Vec<AnswerDocs>,
    /// Statuses of errors beside those that any endpoint may have.
    pub(crate) failures: &'static [u16],
}

/// One method of one address.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    /// With `{name}` for parameters.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) deadline: Deadline,
    pub(crate) shape: ErrorShape,
    /// `None` leaves it out of the document.
    pub(crate) docs: Option<Docs>,
    pub(crate) handler: ArcHandler,
}

impl Endpoint {
    fn new(method: Method, path: &'static str, handler: impl Handler) -> Self {
        Self {
            method,
            path,
            access: Access::User,
            deadline: Deadline::Request,
            shape: ErrorShape::Problem,
            docs: None,
            handler: handler.arc(),
        }
    }

    /// Needs a token, unless said otherwise.
    pub(crate) fn get(path: &'static str, handler: impl Handler) -> Self {
        Self::new(Method::GET, path, handler)
    }

    /// Needs a token, unless said otherwise.
    pub(crate) fn post(path: &'static str, handler: impl Handler) -> Self {
        Self::new(Method::POST, path, handler)
    }

    /// Needs a token, unless said otherwise.
    pub(crate) fn delete(path: &'static str, handler: impl Handler) -> Self {
        Self::new(Method::DELETE, path, handler)
    }

    pub(crate) fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    pub(crate) fn deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn errors_as(mut self, shape: ErrorShape) -> Self {
        self.shape = shape;
        self
    }

    pub(crate) fn docs(mut self, docs: Docs) -> Self {
        self.docs = Some(docs);
        self
    }
}

impl Docs {
    /// `description` is Markdown.
    pub(crate) fn new(
        tag: Tag,
        operation: &'static str,
        summary: &'static str,
        description: &'static str,
    ) -> Self {
        Self {
            operation,
            tag,
            summary,
            description,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            failures: &[],
        }
    }

    pub(crate) fn path(mut self, name: &'static str, summary: &'static str, example: &'static str) -> Self {
        self.parameters.push(ParameterDocs { name, place: "path", required: true, summary, example });
        self
    }

    pub(crate) fn query(mut self, name: &'static str, summary: &'static str, example: &'static str) -> Self {
        self.parameters.push(ParameterDocs { name, place: "query", required: false, summary, example });
        self
    }

    /// A JSON body.
    pub(crate) fn body<T: JsonSchema>(self, example: Value) -> Self {
        self.body_of::<T>("application/json", example)
    }

    pub(crate) fn body_of<T: JsonSchema>(mut self, media_type: &'static str, example: Value) -> Self {
        self.body = Some(Content { media_type, schema: Some(schema_of::<T>), example: Some(example) });
        self
    }

    /// A JSON answer.
    pub(crate) fn answer<T: JsonSchema>(
        mut self,
        status: u16,
        summary: &'static str,
        example: Value,
    ) -> Self {
        let content =
            Content { media_type: "application/json", schema: Some(schema_of::<T>), example: Some(example) };
        self.answers.push(AnswerDocs { status, summary, contents: vec![content], headers: &[] });
        self
    }

    /// An answer without a body.
    pub(crate) fn empty(mut self, status: u16, summary: &'static str) -> Self {
        self.answers.push(AnswerDocs { status, summary, contents: Vec::new(), headers: &[] });
        self
    }

    /// An answer of bytes.
    pub(crate) fn bytes(
        mut self,
        summary: &'static str,
        media_types: &[&'static str],
        headers: &'static [(&'static str, &'static str)],
    ) -> Self {
        let contents = media_types
            .iter()
            .map(|media_type| Content { media_type, schema: None, example: None })
            .collect();
        self.answers.push(AnswerDocs { status: 200, summary, contents, headers });
        self
    }

    pub(crate) fn fails(mut self, statuses: &'static [u16]) -> Self {
        self.failures = statuses;
        self
    }
}

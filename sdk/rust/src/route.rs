//! Routes: a struct that says what is taken from path, query and body, and a function that answers.

mod fields;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Call, Failure, bindings::routes::exports::wheelhouse::plugin::routes as wit, input, schema};

pub use wit::{Request, Response};

/// The methods that a route may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

type Handle = Box<dyn Fn(&Call, &Request, u16) -> Result<Response, Failure>>;

/// A route below `/api/v1`. Cheap to make: schemas are only worked out when the host asks for the list.
pub struct Route {
    id: String,
    method: Method,
    path: String,
    status: u16,
    public: bool,
    described: Option<fn() -> schema::Described>,
    summary: String,
    answer: fn() -> Option<String>,
    handle: Handle,
}

impl Route {
    /// A route that this function answers. Its id and summary come from the struct that it takes. Fields that stand in the path
    /// in braces (`/expenses/{id}`) come from there, the others from the query (GET, DELETE) or from the JSON body (POST, PUT, PATCH).
    /// What the function returns is the answer's JSON, with status 200; `()` is status 204.
    pub fn new<I, T, F>(method: Method, path: impl Into<String>, handle: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + 'static,
        T: Serialize + JsonSchema + 'static,
        F: Fn(&Call, I) -> Result<T, Failure> + 'static,
    {
        let answers = std::any::TypeId::of::<T>() != std::any::TypeId::of::<()>();
        Self {
            id: schema::name::<I>(),
            method,
            path: path.into(),
            status: if answers { 200 } else { 204 },
            public: false,
            described: Some(schema::describe::<I>),
            summary: String::new(),
            answer: schema::answer::<T>,
            handle: Box::new(move |call, request, status| {
                let answer = handle(call, input::from_parts(fields::parts(method, request)?)?)?;
                let body = if answers { serde_json::to_vec(&answer) } else { Ok(Vec::new()) };
                let body = body.map_err(|_| Failure::internal("The answer could not be written."))?;
                let json = wit::Pair { name: "content-type".into(), value: "application/json".into() };
                Ok(Response { status, headers: if answers { vec![json] } else { Vec::new() }, body })
            }),
        }
    }

    /// A GET route; see [`Route::new`].
    pub fn get<I, T, F>(path: impl Into<String>, handle: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + 'static,
        T: Serialize + JsonSchema + 'static,
        F: Fn(&Call, I) -> Result<T, Failure> + 'static,
    {
        Self::new(Method::Get, path, handle)
    }

    /// A route that takes the request and gives the response as they are: for anything that is not JSON.
    pub fn raw<F>(
        method: Method,
        path: impl Into<String>,
        id: impl Into<String>,
        summary: impl Into<String>,
        handle: F,
    ) -> Self
    where
        F: Fn(&Call, &Request) -> Result<Response, Failure> + 'static,
    {
        Self {
            id: id.into(),
            method,
            path: path.into(),
            status: 200,
            public: false,
            described: None,
            summary: summary.into(),
            answer: || None,
            handle: Box::new(move |call, request, _| handle(call, request)),
        }
    }

    /// Another id than the struct's name: unique in the plugin.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Another status for a success.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Answers callers that are not signed in, too: [`Call::user`] fails for those.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Answers a request: for a plugin's tests. `path` and `query` are `name=value`.
    ///
    /// # Errors
    /// Those of the function, and `Invalid` for input that does not fit.
    pub fn call(&self, call: &Call, path: &[&str], query: &[&str], body: &[u8]) -> Result<Response, Failure> {
        let pairs = |pairs: &[&str]| {
            let pair = |pair: &&str| {
                let (name, value) = pair.split_once('=').unwrap_or((*pair, ""));
                wit::Pair { name: name.to_owned(), value: value.to_owned() }
            };
            pairs.iter().map(pair).collect()
        };
        self.handle(
            call,
            &Request {
                route: self.id.clone(),
                path: pairs(path),
                query: pairs(query),
                headers: Vec::new(),
                body: body.to_vec(),
            },
        )
    }

    pub(crate) fn handle(&self, call: &Call, request: &Request) -> Result<Response, Failure> {
        (self.handle)(call, request, self.status)
    }

    pub(crate) fn route_id(&self) -> &str {
        &self.id
    }

    pub(crate) fn into_wit(self) -> wit::Route {
        let mut summary = self.summary;
        let mut parameters = Vec::new();
        let mut body = None;
        match self.described {
            Some(described) => {
                let schema::Described { schema, summary: comment } = described();
                summary = comment;
                (parameters, body) = fields::split_schema(self.method, &self.path, schema);
            }
            None if self.method.has_body() => body = Some("{}".to_owned()),
            None => {}
        }
        wit::Route {
            id: self.id,
            method: self.method.as_str().to_owned(),
            path: self.path,
            summary,
            public: self.public,
            parameters,
            body,
            answers: vec![wit::Answer {
                status: self.status,
                summary: if self.status == 204 { "Done." } else { "The answer." }.to_owned(),
                schema: (self.answer)(),
            }],
        }
    }
}

impl Response {
    /// An answer with this status, type and body.
    pub fn new(status: u16, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        let content_type = wit::Pair { name: "content-type".into(), value: content_type.into() };
        Self { status, headers: vec![content_type], body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(wit::Pair { name: name.into(), value: value.into() });
        self
    }
}

impl Request {
    /// The first value that the query gives this name.
    pub fn find_query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str())
    }

    /// The value of this part of the path.
    pub fn find_path(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str())
    }

    /// The first header with this name, whatever its case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        let named = |pair: &&wit::Pair| pair.name.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map(|pair| pair.value.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing;

    /// Changes a thing.
    #[derive(Deserialize, Serialize, JsonSchema, Clone)]
    #[serde(deny_unknown_fields)]
    struct ChangeThing {
        /// Which.
        id: u64,
        /// To what.
        name: String,
        #[serde(default)]
        size: Option<u32>,
    }

    fn echo(_: &Call, input: ChangeThing) -> Result<ChangeThing, Failure> {
        Ok(input)
    }

    #[test]
    fn fields_of_a_patch_come_from_path_and_body() {
        let route = Route::new(Method::Patch, "/things/{id}", echo);
        let response = route.call(&testing::call(), &["id=7"], &[], br#"{"name":"x"}"#).unwrap();
        assert_eq!(response.status, 200);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body, json!({ "id": 7, "name": "x", "size": null }));
    }

    #[test]
    fn fields_of_a_get_come_from_path_and_query() {
        let route = Route::get("/things/{id}", echo);
        let response = route.call(&testing::call(), &["id=7"], &["name=a b", "size=3"], b"").unwrap();
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body, json!({ "id": 7, "name": "a b", "size": 3 }));
    }

    #[test]
    fn a_field_stands_in_one_place_only() {
        let patch = Route::new(Method::Patch, "/things/{id}", echo);
        let get = Route::get("/things/{id}", echo);
        let call = testing::call();
        for (failure, field) in [
            (patch.call(&call, &["id=7"], &[], br#"{"name":"x","id":8}"#).unwrap_err(), "id"),
            (patch.call(&call, &["id=7"], &["size=3"], br#"{"name":"x"}"#).unwrap_err(), "size"),
            (patch.call(&call, &["id=seven"], &[], br#"{"name":"x"}"#).unwrap_err(), "id"),
            (patch.call(&call, &["id=7"], &[], b"").unwrap_err(), "name"),
            (get.call(&call, &["id=7"], &["id=8", "name=x"], b"").unwrap_err(), "id"),
            (get.call(&call, &["id=7"], &["name=x", "colour=red"], b"").unwrap_err(), "colour"),
        ] {
            assert_eq!(failure.fields().collect::<Vec<_>>(), [field], "{failure:?}");
        }
    }

    #[test]
    fn a_route_is_described_by_its_struct() {
        let route = Route::new(Method::Patch, "/things/{id}", echo).into_wit();
        assert_eq!((route.id.as_str(), route.summary.as_str()), ("change_thing", "Changes a thing."));
        assert_eq!(route.parameters.len(), 1);
        assert_eq!((route.parameters[0].name.as_str(), route.parameters[0].required), ("id", true));
        let body: Value = serde_json::from_str(&route.body.unwrap()).unwrap();
        assert_eq!(body["required"], json!(["name"]));
        assert!(body["properties"].get("id").is_none());

        let route = Route::get("/things/{id}", echo).into_wit();
        let names: Vec<_> = route.parameters.iter().map(|p| (p.name.as_str(), p.required)).collect();
        assert_eq!(names, [("id", true), ("name", true), ("size", false)]);
        assert_eq!(route.body, None);
    }

    #[test]
    fn a_route_without_an_answer_says_so() {
        fn forget(_: &Call, _: ChangeThing) -> Result<(), Failure> {
            Ok(())
        }
        let route = Route::new(Method::Delete, "/things/{id}", forget);
        let response = route.call(&testing::call(), &["id=7"], &["name=x"], b"").unwrap();
        assert_eq!((response.status, response.headers.len(), response.body.len()), (204, 0, 0));
    }
}

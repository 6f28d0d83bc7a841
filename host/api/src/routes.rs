//! The host's own addresses, a file a noun. Handlers take a request apart, make one service call and put the answer together.

mod accounts;
mod audio;
mod conditional;
mod docs;
mod health;
mod metrics;
mod openai_audio;
mod pam;
pub(crate) mod plugin_route;
mod plugins;
mod sending;
mod speech;

use std::{collections::BTreeMap, sync::Arc};

use salvo::{
    Depot, Handler, Request, Response, Router, async_trait,
    http::{Method, StatusCode, header::ALLOW},
    routing::{
        Filter, FlowCtrl,
        filters::{self, MethodFilter},
    },
};

use crate::{
    call::RequestInfo,
    endpoint::{Access, Deadline, Endpoint},
    middleware::Gate,
    problem::{ErrorShape, Problem},
    socket,
    state::State,
};
pub(crate) use pam::UiAction;

/// Where everything that is versioned lives.
pub(crate) const API: &str = "/api/v1";

/// Every address of the host itself.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        accounts::endpoints(),
        pam::endpoints(),
        socket::endpoints(),
        speech::endpoints(),
        openai_audio::endpoints(),
        plugins::endpoints(),
        health::endpoints(),
        metrics::endpoints(),
        docs::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The host's addresses, and below `/api/v1` everything else for plugins.
pub(crate) fn router(state: &Arc<State>) -> Router {
    let mut by_path = BTreeMap::<&'static str, Vec<Endpoint>>::new();
    for endpoint in endpoints() {
        by_path.entry(endpoint.path).or_default().push(endpoint);
    }
    let router = by_path
        .into_iter()
        .fold(Router::new(), |router, (path, endpoints)| router.push(address(state, path, endpoints)));
    let gate = Gate {
        state: state.clone(),
        route: None,
        access: Access::Optional,
        deadline: Deadline::Request,
        shape: ErrorShape::Problem,
    };
    router.push(Router::with_path("api/v1/{**rest}").hoop(gate).goal(plugin_route::answer))
}

fn address(state: &Arc<State>, path: &'static str, endpoints: Vec<Endpoint>) -> Router {
    let refuse = OtherMethod {
        route: path,
        shape: endpoints.first().map(|endpoint| endpoint.shape).unwrap_or_default(),
        allow: allow(endpoints.iter().map(|endpoint| &endpoint.method)),
    };
    let node = match path {
        "/" => Router::new(),
        path => Router::with_path(path.trim_start_matches('/')),
    };
    let node = endpoints.into_iter().fold(node, |node, endpoint| {
        let gate = Gate {
            state: state.clone(),
            route: Some(path),
            access: endpoint.access,
            deadline: endpoint.deadline,
            shape: endpoint.shape,
        };
        let filter = MethodFilter(endpoint.method);
        let method = match filter.0 {
            Method::GET => Router::with_filter(filter.or(filters::head())),
            _ => Router::with_filter(filter),
        };
        node.push(method.hoop(gate).goal(endpoint.handler))
    });
    node.goal(refuse)
}

/// The value of `Allow`: HEAD works wherever GET does, OPTIONS everywhere.
pub(crate) fn allow<'m>(methods: impl Iterator<Item = &'m Method>) -> String {
    let mut names = Vec::new();
    for method in methods {
        names.push(method.as_str());
        if method == Method::GET {
            names.push("HEAD");
        }
    }
    names.push("OPTIONS");
    names.join(", ")
}

/// Answers methods that an address does not have.
struct OtherMethod {
    route: &'static str,
    shape: ErrorShape,
    allow: String,
}

#[async_trait]
impl Handler for OtherMethod {
    async fn handle(&self, req: &mut Request, depot: &mut Depot, res: &mut Response, _: &mut FlowCtrl) {
        if let Ok(info) = depot.get_typed_mut::<RequestInfo>() {
            info.shape = self.shape;
            info.found(self.route);
        }
        if req.method() == Method::OPTIONS {
            options(res, &self.allow);
        } else {
            Problem::method_not_allowed(req.method().as_str(), self.allow.clone()).render(req, depot, res);
        }
    }
}

/// Says what an address can do.
pub(crate) fn options(res: &mut Response, allow: &str) {
    if let Ok(value) = allow.parse() {
        res.headers_mut().insert(ALLOW, value);
    }
    res.status_code(StatusCode::NO_CONTENT);
}

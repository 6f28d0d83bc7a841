//! Access, deadline and call context of one endpoint.

use std::{sync::Arc, time::Duration};

use salvo::{Depot, FlowCtrl, Handler, Request, Response, async_trait};
use wheelhouse_core::Failure;

use crate::{
    call::{self, RequestInfo},
    config::DeadlineConfig,
    endpoint::{Access, Deadline},
    problem::{ErrorShape, Problem},
    state::State,
};

/// Services keep the deadline themselves and say what was slow; this only catches what does not.
const GRACE: Duration = Duration::from_secs(2);

/// Stands before one endpoint's handler.
pub(crate) struct Gate {
    pub(crate) state: Arc<State>,
    /// The address as the router knows it; `None` when that is for the handler to say.
    pub(crate) route: Option<&'static str>,
    pub(crate) access: Access,
    pub(crate) deadline: Deadline,
    pub(crate) shape: ErrorShape,
}

impl Deadline {
    fn limit(self, config: &DeadlineConfig) -> Duration {
        Duration::from_secs(match self {
            Self::Request | Self::Socket => config.request_seconds,
            Self::Chat => config.chat_seconds,
            Self::Stream => config.stream_seconds,
        })
    }
}

#[async_trait]
impl Handler for Gate {
    async fn handle(&self, req: &mut Request, depot: &mut Depot, res: &mut Response, ctrl: &mut FlowCtrl) {
        let Ok(info) = depot.get_typed_mut::<RequestInfo>() else {
            return Problem::from(Failure::internal("the route has no envelope")).render(req, depot, res);
        };
        info.shape = self.shape;
        if let Some(route) = self.route {
            info.found(route);
        }
        let info = info.clone();
        let limit = self.deadline.limit(&self.state.config.deadlines);
        let ctx = match call::caller(&self.state, req.headers(), self.access).await {
            Ok(caller) => call::context(&info, caller, req.headers(), limit),
            Err(failure) => Err(failure),
        };
        let ctx = match ctx {
            Ok(ctx) => ctx,
            Err(failure) => {
                Problem::from(failure).render(req, depot, res);
                return ctrl.skip_rest();
            }
        };
        // Dropped with this future when the client goes away, and then nobody needs to work on. Streams carry their own.
        let given_up = ctx.cancellation.clone().drop_guard();
        depot.insert_typed(ctx);
        match self.deadline {
            Deadline::Request | Deadline::Chat => {
                let next = ctrl.call_next(req, depot, res);
                if tokio::time::timeout(limit + GRACE, next).await.is_err() {
                    Problem::from(Failure::timeout("The host did not answer in time."))
                        .render(req, depot, res);
                    ctrl.skip_rest();
                }
            }
            Deadline::Stream | Deadline::Socket => {
                ctrl.call_next(req, depot, res).await;
                given_up.disarm();
            }
        }
    }
}

use bytes::Bytes;
use wheelhouse_core::{
    Failure,
    route::{RouteRequest, RouteResponse},
};

use super::{Answer, CallRecord, Guest, exports::routes as wit, failure};

impl Guest<'_> {
    /// Has a route answer.
    ///
    /// # Errors
    /// When the guest does not answer.
    pub(crate) async fn handle(
        &self,
        call: CallRecord,
        route: String,
        request: RouteRequest,
    ) -> Answer<RouteResponse> {
        let request = wit::Request {
            route,
            path: pairs(request.path),
            query: pairs(request.query),
            headers: pairs(request.headers),
            body: request.body.into(),
        };
        let answer = self.routes()?.call_handle(self.accessor, call, request).await?;
        self.came(answer.as_ref().map_or(0, size));
        Ok(answer.map_err(failure::from_guest).and_then(response))
    }
}

fn pairs(pairs: Vec<(String, String)>) -> Vec<wit::Pair> {
    pairs.into_iter().map(|(name, value)| wit::Pair { name, value }).collect()
}

fn size(response: &wit::Response) -> usize {
    response.body.len()
        + response.headers.iter().map(|pair| pair.name.len() + pair.value.len()).sum::<usize>()
}

fn response(response: wit::Response) -> wheelhouse_core::Result<RouteResponse> {
    if !(200..600).contains(&response.status) {
        return Err(Failure::internal(format!("the plugin answered with the status {}", response.status)));
    }
    let headers = response.headers.into_iter().map(|pair| (pair.name, pair.value)).collect();
    Ok(RouteResponse { status: response.status, headers, body: Bytes::from(response.body) })
}

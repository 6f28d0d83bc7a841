//! A request for a mounted service.

use futures_util::{StreamExt, stream};
use wheelhouse_core::{
    CallContext, Result,
    catalog::CatalogMount,
    mount::{MountRequest, MountResponse},
};

use super::{PluginRequest, check_status, clean, headers, in_time};

/// Hands the request on as the service sees it: its own path begins where the mount ends, and headers say who calls. The head of the answer
/// comes as long as `ctx` lasts, the body as long as `ctx_of_body` does.
///
/// # Errors
/// `Unauthenticated` when the service is not public and nobody is signed in; what goes wrong with it.
pub(super) async fn answer(
    ctx: &CallContext,
    ctx_of_body: &CallContext,
    found: &CatalogMount,
    rest: &str,
    request: PluginRequest<'_>,
) -> Result<MountResponse> {
    if !found.mount.is_public() {
        ctx.require_user()?;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let request = MountRequest {
        method: request.method.to_owned(),
        authority: request.authority.to_owned(),
        path_and_query: match request.query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        },
        headers: headers::for_mount(request.headers, ctx, &found.plugin),
        body: request.body,
    };
    let mut response = in_time(ctx, found.mount.handle(ctx_of_body, request)).await?;
    if !check_status(response.status, || format!("`{}`", found.plugin))? {
        response.body = stream::empty().boxed();
    }
    response.headers = clean(ctx, &found.plugin, response.headers);
    Ok(response)
}

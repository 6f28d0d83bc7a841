//! Who may call at all.

use wheelhouse_core::{CallContext, Caller, Result};

/// Lets signed-in users in, and the host itself (`wheelhouse say`, `wheelhouse plugin list`), but no strangers.
///
/// # Errors
/// `Unauthenticated` when nobody is signed in.
pub(crate) fn require_known_caller(ctx: &CallContext) -> Result<()> {
    match ctx.caller {
        Caller::Host => Ok(()),
        Caller::User { .. } | Caller::Anonymous => ctx.require_user().map(|_| ()),
    }
}

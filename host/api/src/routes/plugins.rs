//! `/api/v1/plugins`.

mod acts;
mod list;
mod one;
mod shape;

use crate::endpoint::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [list::endpoints(), one::endpoints(), acts::endpoints()].into_iter().flatten().collect()
}

//! `/api/v1/tts`.

mod captions;
mod engines;
mod kept;
mod synthesize;
mod voices;

pub(super) use engines::Member;
pub(super) use synthesize::{AUDIO_TYPES, is_kept, rename_field, takes_trailers};

use crate::endpoint::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        synthesize::endpoint(),
        kept::endpoint(),
        captions::endpoint(),
        voices::endpoint(),
        engines::endpoint(),
    ]
}

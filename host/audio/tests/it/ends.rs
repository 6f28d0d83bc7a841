//! Audio that ends too early.

use wheelhouse_audio::{AudioError, Layout};
use wheelhouse_core::speech::Encoding;

use crate::{
    coding::{decoded, encoded, makeable},
    signal::voice,
};

const LAYOUT: Layout = Layout { sample_rate: 16_000, channels: 2 };

#[test]
fn what_is_cut_in_the_middle_of_anything_is_truncated_and_keeps_what_was_before() {
    let samples = voice(LAYOUT, 0.5);
    for (container, encoding) in makeable() {
        let bytes = encoded(container, LAYOUT, &samples, 1_000);
        let (whole, _, _) = decoded(encoding, LAYOUT, &bytes, bytes.len());
        let mut between = 0;
        for cut in (1..bytes.len()).step_by(if bytes.len() > 6_000 { 7 } else { 1 }) {
            let (out, _, end) = decoded(encoding, LAYOUT, &bytes[..cut], 4_096);
            assert!(out.len() <= whole.len() && out == whole[..out.len()], "{encoding:?} cut at {cut}");
            match end {
                Err(AudioError::Truncated) => {}
                Ok(()) => between += 1,
                Err(error) => panic!("{encoding:?} cut at {cut}: {error}"),
            }
        }
        // Between two frames nobody can tell, but of Opus the last page is marked.
        let most = match encoding {
            Encoding::PcmS16le => bytes.len() / 4,
            Encoding::Opus => 0,
            Encoding::Flac => 8,
            Encoding::Mp3 | Encoding::Aac => 40,
        };
        assert!(between <= most, "{encoding:?}: {between} cuts were not noticed");
    }
}

#[test]
fn nothing_at_all_is_truncated_where_a_beginning_is_needed() {
    for encoding in [Encoding::Opus, Encoding::Flac] {
        assert_eq!(decoded(encoding, LAYOUT, &[], 1).2, Err(AudioError::Truncated));
    }
}

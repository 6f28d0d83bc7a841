//! MP3 that is passed on and joined.

use wheelhouse_audio::{Container, Layout, Mp3Frames};
use wheelhouse_core::speech::Encoding;

use crate::{
    coding::{decoded, encoded},
    signal::{likeness, sine, voice},
};

#[test]
fn streams_one_after_the_other_with_frames_passed_on_between_them_are_one_stream() {
    for sample_rate in [16_000, 24_000, 44_100] {
        let layout = Layout { sample_rate, channels: 1 };
        let count = sample_rate as usize;
        let parts = [voice(layout, 1.0), sine(500.0, sample_rate, 1, count), voice(layout, 1.0)];
        let [first, second, third] = parts.each_ref().map(|part| encoded(Container::Mp3, layout, part, 500));
        let (mut frames, mut joined, mut samples) = (Mp3Frames::new(), first, 0);
        for piece in second.chunks(100) {
            let pass_on = &mut |frame: &[u8], more: u32| {
                joined.extend_from_slice(frame);
                samples += more as usize;
            };
            frames.push(piece, pass_on).unwrap();
        }
        frames.finish().unwrap();
        assert_eq!(frames.layout(), Some(layout));
        let start = decoded(Encoding::Mp3, layout, &joined, 1_000).0.len() - samples;
        joined.extend(third);
        let (out, read, end) = decoded(Encoding::Mp3, layout, &joined, 1_000);
        assert_eq!((read, end), (Some(layout), Ok(())));
        let (_, correlation, _) = likeness(&parts[1][..count / 2], &out[start..], 1_200);
        assert!(correlation > 0.98, "the middle at {sample_rate}: {correlation}");
        let (_, correlation, _) = likeness(&parts[2][..count / 2], &out[start + samples..], 1_200);
        assert!(correlation > 0.98, "the end at {sample_rate}: {correlation}");
    }
}

#[test]
fn every_frame_stands_on_its_own() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let samples = voice(layout, 1.0);
    let bytes = encoded(Container::Mp3, layout, &samples, 500);
    let (mut frames, mut later) = (Mp3Frames::new(), Vec::new());
    let mut count = 0;
    let from_the_tenth = &mut |frame: &[u8], _| {
        count += 1;
        if count > 10 {
            later.extend_from_slice(frame);
        }
    };
    frames.push(&bytes, from_the_tenth).unwrap();
    let whole = decoded(Encoding::Mp3, layout, &bytes, 1_000).0;
    let out = decoded(Encoding::Mp3, layout, &later, 1_000).0;
    // The first frame fades in from silence.
    assert!(out[1_152..] == whole[576 * 10 + 1_152..]);
}

//! Something comes out soon after something went in.

use wheelhouse_audio::{Container, Decoder, Encoder, Layout};
use wheelhouse_core::speech::{AudioFormat, Encoding};

use crate::{
    coding::{CODED, encoded},
    signal::voice,
};

const LAYOUT: Layout = Layout { sample_rate: 24_000, channels: 1 };

#[test]
fn encoders_hold_back_less_than_a_third_of_a_second() {
    for container in [Container::Wav, Container::Pcm, Container::Mp3, Container::Opus, Container::Flac] {
        let mut encoder = Encoder::new(container, LAYOUT).unwrap();
        let (mut bytes, mut silent) = (Vec::new(), 0);
        for piece in voice(LAYOUT, 3.0).chunks(240) {
            let before = bytes.len();
            encoder.push(piece, &mut bytes).unwrap();
            silent = if bytes.len() > before { 0 } else { silent + 10 };
            assert!(silent < 330, "{container:?} gave nothing for {silent} ms");
        }
    }
}

#[test]
fn decoders_hold_back_less_than_a_third_of_a_second() {
    for (container, encoding) in CODED.into_iter().filter(|(container, _)| *container != Container::Aac) {
        let samples = voice(LAYOUT, 3.0);
        let bytes = encoded(container, LAYOUT, &samples, 1_000);
        let format = AudioFormat { encoding, sample_rate: 24_000, channels: 1 };
        let (mut decoder, mut out) = (Decoder::new(format), Vec::new());
        for (index, byte) in bytes.iter().enumerate() {
            decoder.push(&[*byte], &mut out).unwrap();
            // Nearly constant bit rates: as much of the samples as of the bytes.
            let due = samples.len() * index / bytes.len();
            let slack = if encoding == Encoding::PcmS16le { 2 } else { 24_000 };
            assert!(out.len() + slack >= due, "{encoding:?}: {} of {due} at {index}", out.len());
        }
    }
}

#[test]
fn both_may_go_to_another_thread() {
    fn goes<T: Send + 'static>() {}
    goes::<Encoder>();
    goes::<Decoder>();
}

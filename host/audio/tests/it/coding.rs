//! Encoding and decoding in one go, for the other tests.

use wheelhouse_audio::{AudioError, Container, Decoder, Encoder, Layout, aac_available};
use wheelhouse_core::speech::{AudioFormat, Encoding};

/// What the decoder reads of what the encoder writes; WAV is read by nobody here.
pub(crate) const CODED: [(Container, Encoding); 5] = [
    (Container::Pcm, Encoding::PcmS16le),
    (Container::Mp3, Encoding::Mp3),
    (Container::Opus, Encoding::Opus),
    (Container::Flac, Encoding::Flac),
    (Container::Aac, Encoding::Aac),
];

/// Those of [`CODED`] that can be made on this machine.
pub(crate) fn makeable() -> Vec<(Container, Encoding)> {
    let aac = is_there("an ffmpeg that encodes AAC", aac_available());
    CODED.into_iter().filter(|(container, _)| *container != Container::Aac || aac).collect()
}

/// Whether a program of the machine is there; where it is not, that is said. `TEST_REQUIRE_FFMPEG` makes it a
/// failure.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
pub(crate) fn is_there(what: &str, there: bool) -> bool {
    if !there {
        assert!(std::env::var_os("TEST_REQUIRE_FFMPEG").is_none(), "{what} must be there");
        eprintln!("SKIPPED: {what} is not there");
    }
    there
}

pub(crate) fn encoded(container: Container, layout: Layout, samples: &[i16], piece: usize) -> Vec<u8> {
    let mut encoder = Encoder::new(container, layout).expect("the layout fits");
    let mut bytes = Vec::new();
    for piece in samples.chunks(piece * usize::from(layout.channels)) {
        encoder.push(piece, &mut bytes).expect("it is encoded");
    }
    encoder.finish(&mut bytes).expect("it is encoded");
    bytes
}

/// Samples until the first failure, what they are, and how it ended.
pub(crate) fn decoded(
    encoding: Encoding,
    layout: Layout,
    bytes: &[u8],
    piece: usize,
) -> (Vec<i16>, Option<Layout>, Result<(), AudioError>) {
    let Layout { sample_rate, channels } = layout;
    let mut decoder = Decoder::new(AudioFormat { encoding, sample_rate, channels });
    let mut samples = Vec::new();
    for piece in bytes.chunks(piece) {
        if let Err(error) = decoder.push(piece, &mut samples) {
            return (samples, decoder.layout(), Err(error));
        }
    }
    let end = decoder.finish(&mut samples);
    (samples, decoder.layout(), end)
}

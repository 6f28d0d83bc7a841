//! What the decoders of symphonia have in common.

use symphonia_core::{
    audio::{Audio, GenericAudioBufferRef},
    codecs::audio::AudioDecoder,
    packet::PacketRef,
    units::{Duration, Timestamp},
};

use crate::{AudioError, Result};

/// Decodes one packet.
pub(crate) fn decode(codec: &mut impl AudioDecoder, packet: &[u8], out: &mut Vec<i16>) -> Result<()> {
    let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
    let decoded = codec.decode_ref(&packet).map_err(|error| AudioError::Unreadable(error.to_string()))?;
    let GenericAudioBufferRef::F32(buffer) = decoded else {
        return Err(AudioError::Unsupported("samples of another kind".to_owned()));
    };
    let planes: Vec<&[f32]> = (0..buffer.num_planes()).filter_map(|index| buffer.plane(index)).collect();
    out.reserve(buffer.frames() * planes.len());
    for frame in 0..buffer.frames() {
        // A cast of what is too large is the largest there is.
        out.extend(planes.iter().map(|plane| (plane[frame] * 32_768.0).round() as i16));
    }
    Ok(())
}

//! The forms that audio can be had in.

use wheelhouse_audio::{Container, Layout, aac_available};
use wheelhouse_core::{Failure, speech::Encoding};

/// The form of this name.
///
/// # Errors
/// `Invalid` naming `format`, with the list of those that can be made.
pub fn find_format(name: &str) -> Result<Container, Failure> {
    let found = Container::ALL.into_iter().find(|form| name.eq_ignore_ascii_case(form.as_str()));
    found.filter(|form| can_be_made(*form)).ok_or_else(|| cannot_be_made(name))
}

/// The forms that can be made on this machine: AAC only where there is an `ffmpeg` that makes it.
pub fn formats() -> impl Iterator<Item = Container> {
    Container::ALL.into_iter().filter(|form| can_be_made(*form))
}

/// Finds out which forms can be made on this machine. That may take a moment; without it, whoever asks first waits for it.
pub fn find_encoders() {
    can_be_made(Container::Aac);
}

/// The media type of such audio. Raw samples say nothing of themselves, so their rate and channels stand in it.
pub fn media_type(form: Container, layout: Layout) -> String {
    match form {
        Container::Wav => "audio/wav".to_owned(),
        Container::Pcm => format!("audio/pcm; rate={}; channels={}", layout.sample_rate, layout.channels),
        Container::Mp3 => "audio/mpeg".to_owned(),
        Container::Opus => "audio/ogg; codecs=opus".to_owned(),
        Container::Flac => "audio/flac".to_owned(),
        Container::Aac => "audio/aac".to_owned(),
    }
}

/// What spares the host work when an engine gives it: MP3 is handed on frame by frame, anything else is made of samples, for sentences of
/// other forms cannot follow each other in one file.
pub(super) fn encoding(form: Container) -> Encoding {
    if form == Container::Mp3 { Encoding::Mp3 } else { Encoding::PcmS16le }
}

pub(super) fn can_be_made(form: Container) -> bool {
    form != Container::Aac || aac_available()
}

pub(super) fn cannot_be_made(name: &str) -> Failure {
    let known = formats().map(|form| format!("`{}`", form.as_str())).collect::<Vec<_>>().join(", ");
    // The word is the caller's own and may be of any length.
    let shown: String = name.chars().filter(|c| !c.is_control()).take(32).collect();
    Failure::invalid_field("format", format!("`{shown}` cannot be made here; these can: {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_format_is_refused_with_those_that_can_be_made() {
        let failure = find_format("midi").expect_err("it is no audio");
        assert_eq!(failure.fields[0].field, "format");
        assert!(
            failure.message.contains("`midi`") && failure.message.contains("`wav`, `pcm`, `mp3`"),
            "{failure}"
        );
        assert_eq!(find_format("WAV"), Ok(Container::Wav));
    }

    #[test]
    fn raw_samples_say_in_their_type_how_to_read_them() {
        let layout = Layout { sample_rate: 16_000, channels: 1 };
        assert_eq!(media_type(Container::Pcm, layout), "audio/pcm; rate=16000; channels=1");
    }
}

//! A stream as whole frames.

use crate::{AudioError, Layout, Result};

use super::header::Header;

/// The most silence between frames that is put up with: some programs fill up with zeros.
const MOST_FILLING: usize = 1 << 16;
const ID3V1_LENGTH: u64 = 128;

/// Splits an MP3 stream into whole frames, so that it can be passed on and cut between two. Tags, and frames
/// that hold a table of contents instead of sound, are left out.
#[derive(Debug, Default)]
pub struct Mp3Frames {
    /// Bytes of what has begun and is not whole.
    held: Vec<u8>,
    /// Bytes of a tag that are still to come.
    skip: u64,
    filling: usize,
    layout: Option<Layout>,
}

/// What comes next.
enum Next {
    Frame(Header),
    /// Nothing to hear, of this many bytes.
    Skip(u64),
    /// Too little is there to tell.
    More,
}

impl Mp3Frames {
    /// At the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes, gives each frame that they complete with the number of samples in each of its channels.
    ///
    /// # Errors
    /// `Unreadable` when there is no frame where one must be, or when rate or channels change; `Unsupported`
    /// for frames of a free bit rate. Frames before that have been given.
    pub fn push(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8], u32)) -> Result<()> {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        let result = self.split(&mut at, each);
        self.held.drain(..at);
        result
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// `Truncated` when they ended inside of a frame or a tag.
    pub fn finish(&self) -> Result<()> {
        if self.held.is_empty() && self.skip == 0 { Ok(()) } else { Err(AudioError::Truncated) }
    }

    /// What the frames are; unknown before the first.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    fn split(&mut self, at: &mut usize, each: &mut impl FnMut(&[u8], u32)) -> Result<()> {
        loop {
            let rest = &self.held[*at..];
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len() as u64);
                self.skip -= skipped;
                *at += skipped as usize;
                if self.skip > 0 {
                    return Ok(());
                }
                continue;
            }
            match next(rest)? {
                Next::More => return Ok(()),
                Next::Skip(bytes) => {
                    if rest[0] == 0 {
                        self.filling += bytes as usize;
                        if self.filling > MOST_FILLING {
                            return Err(AudioError::Unreadable(
                                "zeros in the place of MP3 frames".to_owned(),
                            ));
                        }
                    }
                    self.skip = bytes;
                }
                Next::Frame(header) => {
                    let Some(frame) = rest.get(..header.size) else { return Ok(()) };
                    if self.layout.is_some_and(|layout| layout != header.layout) {
                        let what = "its rate or its channels change in the middle";
                        return Err(AudioError::Unreadable(what.to_owned()));
                    }
                    if !holds_no_sound(frame, &header) {
                        self.layout = Some(header.layout);
                        self.filling = 0;
                        each(frame, header.samples);
                    }
                    *at += header.size;
                }
            }
        }
    }
}

fn next(rest: &[u8]) -> Result<Next> {
    let begins = |tag: &[u8]| rest.len() < tag.len() && tag.starts_with(rest);
    if rest.is_empty() || begins(b"ID3") || begins(b"TAG") || begins(b"APETAGEX") {
        return Ok(Next::More);
    }
    if rest[0] == 0 {
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        return Ok(Next::Skip(zeros as u64));
    }
    if rest.starts_with(b"TAG") {
        return Ok(Next::Skip(ID3V1_LENGTH));
    }
    if rest.starts_with(b"ID3") {
        let Some(head) = rest.first_chunk::<10>() else { return Ok(Next::More) };
        let size = head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
        let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
        return Ok(Next::Skip(10 + size + footer));
    }
    if rest.starts_with(b"APETAGEX") {
        let Some([a, b, c, d]) = rest.get(12..16) else { return Ok(Next::More) };
        return Ok(Next::Skip(32 + u64::from(u32::from_le_bytes([*a, *b, *c, *d]))));
    }
    match rest.first_chunk() {
        Some(bytes) => Header::read(*bytes).map(Next::Frame),
        // Enough to tell it from what is no frame at all.
        None if rest[0] == 0xFF => Ok(Next::More),
        None => Err(AudioError::Unreadable("there is no MP3 frame where one must begin".to_owned())),
    }
}

/// A table of contents stands where the sound would, in a frame that is silent to whoever does not know of
/// it.
fn holds_no_sound(frame: &[u8], header: &Header) -> bool {
    let at = |place: usize, mark: &[u8]| frame.get(place..).is_some_and(|rest| rest.starts_with(mark));
    at(header.content, b"Xing") || at(header.content, b"Info") || at(36, b"VBRI")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of 144 bytes, 576 samples, mono at 24,000 Hz.
    fn frame(mark: u8) -> Vec<u8> {
        let mut frame = vec![mark; 144];
        frame[..4].copy_from_slice(&[0xFF, 0xF3, 0x64, 0xC4]);
        frame
    }

    fn split(bytes: &[u8], piece: usize) -> (Vec<Vec<u8>>, Result<()>) {
        let (mut frames, mut found) = (Mp3Frames::new(), Vec::new());
        for piece in bytes.chunks(piece) {
            if let Err(error) = frames.push(piece, &mut |frame, _| found.push(frame.to_vec())) {
                return (found, Err(error));
            }
        }
        let end = frames.finish();
        (found, end)
    }

    #[test]
    fn tags_and_tables_of_contents_are_left_out_wherever_they_are() {
        let mut table = frame(0);
        table[13..17].copy_from_slice(b"Info");
        let id3 = [b"ID3\x04\0\0\0\0\0\x05".as_slice(), b"title"].concat();
        let ape = [b"APETAGEX\0\0\0\0".as_slice(), &3_u32.to_le_bytes(), &[7; 16], b"abc"].concat();
        let tag = [b"TAG".as_slice(), &[b' '; 125]].concat();
        let stream =
            [id3.as_slice(), &table, &frame(1), &[0; 9], &id3, &frame(2), &ape, &frame(3), &tag].concat();
        for piece in [1, 7, stream.len()] {
            let (found, end) = split(&stream, piece);
            assert_eq!(found, [frame(1), frame(2), frame(3)]);
            assert_eq!(end, Ok(()));
        }
    }

    #[test]
    fn a_stream_may_end_only_between_frames() {
        let stream = [frame(1), frame(2)].concat();
        for end in 0..=stream.len() {
            let (found, result) = split(&stream[..end], 50);
            assert_eq!(found.len(), end / 144);
            assert_eq!(result.is_ok(), end % 144 == 0, "cut at {end}");
        }
    }

    #[test]
    fn other_channels_in_the_middle_are_refused_with_what_was_before() {
        let mut stereo = frame(2);
        stereo[3] = 0x44;
        let (found, result) = split(&[frame(1), stereo].concat(), 1_000);
        assert_eq!(found, [frame(1)]);
        assert!(matches!(result, Err(AudioError::Unreadable(_))));
    }

    #[test]
    fn zeros_without_end_are_refused() {
        let (_, result) = split(&vec![0; MOST_FILLING + 2], 4_096);
        assert!(matches!(result, Err(AudioError::Unreadable(_))));
    }
}

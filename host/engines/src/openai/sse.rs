//! Server-sent events: bytes in, the data of events out.

use super::failures;
use wheelhouse_core::Result;

/// The largest event, and so the largest line. A whole tool call in one chunk fits many times over.
pub(super) const MAX_EVENT: usize = 1024 * 1024;

/// Takes a stream of events apart, wherever the network has cut it. Keeps at most one event and one line.
#[derive(Default)]
pub(super) struct SseDecoder {
    /// A line that has not ended.
    line: Vec<u8>,
    /// Data of an event that has not ended.
    data: Vec<u8>,
    has_data: bool,
    /// The last piece ended in a carriage return, whose line feed may be yet to come.
    after_return: bool,
    begun: bool,
}

impl SseDecoder {
    /// Takes a piece and gives each event that it completes to `event`.
    ///
    /// # Errors
    /// When an event is larger than [`MAX_EVENT`], and whatever `event` fails with.
    pub(super) fn push(
        &mut self,
        mut piece: &[u8],
        mut event: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        while !piece.is_empty() {
            if std::mem::take(&mut self.after_return) && piece[0] == b'\n' {
                piece = &piece[1..];
                continue;
            }
            let end = memchr::memchr2(b'\n', b'\r', piece);
            let part = &piece[..end.unwrap_or(piece.len())];
            if self.line.len() + self.data.len() + part.len() > MAX_EVENT {
                return Err(failures::oversized("event", MAX_EVENT));
            }
            self.line.extend_from_slice(part);
            let Some(end) = end else { break };
            self.after_return = piece[end] == b'\r';
            piece = &piece[end + 1..];
            self.end_line(&mut event)?;
        }
        Ok(())
    }

    /// The stream is over. A last event without its empty line counts: servers leave it out after `[DONE]`.
    ///
    /// # Errors
    /// Whatever `event` fails with.
    pub(super) fn end(&mut self, mut event: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if !self.line.is_empty() {
            self.end_line(&mut event)?;
        }
        self.end_event(&mut event)
    }

    fn end_line(&mut self, event: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut line = &self.line[..];
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            self.line.clear();
            return self.end_event(event);
        }
        // Other fields carry nothing that the data does not say, and a line that begins with a colon is a comment.
        if let Some(rest) = line.strip_prefix(b"data")
            && let Some(value) = rest.strip_prefix(b":").or(rest.is_empty().then_some(rest))
        {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        }
        self.line.clear();
        Ok(())
    }

    fn end_event(&mut self, event: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if !std::mem::take(&mut self.has_data) {
            return Ok(());
        }
        let outcome = if self.data.is_empty() { Ok(()) } else { event(&self.data) };
        self.data.clear();
        outcome
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<String> {
        let mut events = Vec::new();
        let mut decoder = SseDecoder::default();
        let mut keep = |data: &[u8]| {
            events.push(String::from_utf8(data.to_vec()).unwrap());
            Ok(())
        };
        for piece in pieces {
            decoder.push(piece, &mut keep).unwrap();
        }
        decoder.end(&mut keep).unwrap();
        events
    }

    #[test]
    fn every_cut_gives_the_same_events() {
        let stream = "\u{feff}: hello\r\ndata: {\"a\":\"Grüße 🚐\"}\r\n\r\nevent: x\nid: 7\ndata:second\n\ndata: two\rdata: lines\r\rdata\n\ndata: more\r\ndata: lines\r\n\r\ndata: [DONE]"
            .as_bytes();
        let expected = ["{\"a\":\"Grüße 🚐\"}", "second", "two\nlines", "more\nlines", "[DONE]"];
        assert_eq!(decode(&[stream]), expected);
        for cut in 1..stream.len() {
            let (left, right) = stream.split_at(cut);
            assert_eq!(decode(&[left, right]), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(decode(&bytes), expected);
    }

    #[test]
    fn comments_and_unknown_fields_are_no_events() {
        assert_eq!(decode(&[b": ping\n\nretry: 10\n\ndatabase: no\n\n:\n"]), Vec::<String>::new());
    }

    #[test]
    fn endless_line_is_refused() {
        let mut decoder = SseDecoder::default();
        let piece = [b'x'; 64 * 1024];
        let pushed =
            (0..).find_map(|count| decoder.push(&piece, |_| Ok(())).err().map(|failure| (count, failure)));
        let (count, failure) = pushed.unwrap();
        assert_eq!(count, MAX_EVENT / piece.len());
        assert_eq!(failure.code(), "provider_oversized");
    }

    #[test]
    fn endless_event_of_short_lines_is_refused() {
        let mut decoder = SseDecoder::default();
        let line = [b"data: ".as_slice(), &[b'x'; 1000], b"\n"].concat();
        let refused = (0..2 * MAX_EVENT / line.len()).any(|_| decoder.push(&line, |_| Ok(())).is_err());
        assert!(refused);
    }
}

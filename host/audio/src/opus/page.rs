//! Pages of Ogg, and packets in them.

use crate::{AudioError, Result};

const MARK: &[u8] = b"OggS\0";
const HEADER: usize = 27;
/// Where the checksum stands.
const SUM: std::ops::Range<usize> = 22..26;
/// The longest packet that is taken. Audio needs a twentieth of it; what the audio is called may be longer.
const LONGEST_PACKET: usize = 1 << 20;

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            rest = (rest << 1) ^ if rest >> 31 == 1 { 0x04C1_1DB7 } else { 0 };
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
};

fn checksum(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| (sum << 8) ^ TABLE[usize::from((sum >> 24) as u8 ^ byte)])
}

/// Of a page whose checksum may stand in it already.
fn page_checksum(page: &[u8]) -> u32 {
    let sum = checksum(0, &page[..SUM.start]);
    let sum = checksum(sum, &[0; 4]);
    checksum(sum, &page[SUM.end..])
}

/// A page and the packets that end on it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Where the sound is at the end of the last packet; `None` when none ends here.
    pub(super) position: Option<u64>,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    pub(super) packets: Vec<Vec<u8>>,
}

/// Takes a stream apart.
#[derive(Default)]
pub(super) struct PageReader {
    held: Vec<u8>,
    /// A packet that goes on on the next page.
    begun: Option<Vec<u8>>,
    /// Of the next page: which stream, and which number.
    expected: Option<(u32, u32)>,
}

impl PageReader {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next page; `None` while it is not whole.
    pub(super) fn next(&mut self) -> Result<Option<Page>> {
        let known = self.held.len().min(MARK.len());
        if self.held[..known] != MARK[..known] {
            return Err(unreadable("there is no page of Ogg where one must begin"));
        }
        let Some(header) = self.held.first_chunk::<HEADER>() else { return Ok(None) };
        let Some(lacing) = self.held.get(HEADER..HEADER + usize::from(header[26])) else { return Ok(None) };
        let content = HEADER + lacing.len();
        let length = content + lacing.iter().copied().map(usize::from).sum::<usize>();
        let Some(bytes) = self.held.get(..length) else { return Ok(None) };
        let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|index| header[at + index]));
        if page_checksum(bytes) != number(SUM.start) {
            return Err(unreadable("the checksum of a page of Ogg is wrong"));
        }
        let flags = header[5];
        let (stream, count) = (number(14), number(18));
        if flags & FIRST == 0 && self.expected != Some((stream, count)) {
            return Err(unreadable("a page of Ogg is missing, or of another stream"));
        }
        self.expected = Some((stream, count.wrapping_add(1)));
        if (flags & CONTINUED != 0) != self.begun.is_some() {
            return Err(unreadable("a packet of Ogg is torn"));
        }
        let position = u64::from_le_bytes(std::array::from_fn(|index| header[6 + index]));
        let mut page = Page {
            position: Some(position).filter(|position| *position != u64::MAX),
            is_first: flags & FIRST != 0,
            is_last: flags & LAST != 0,
            packets: Vec::new(),
        };
        let mut rest = &bytes[content..];
        for length in lacing {
            let (segment, behind) = rest.split_at(usize::from(*length));
            rest = behind;
            let packet = self.begun.get_or_insert_default();
            packet.extend_from_slice(segment);
            if packet.len() > LONGEST_PACKET {
                return Err(unreadable("a packet of Ogg is too long"));
            }
            if *length < 255 {
                page.packets.extend(self.begun.take());
            }
        }
        self.held.drain(..length);
        Ok(Some(page))
    }

    /// Whether everything that came was whole.
    pub(super) fn is_between_pages(&self) -> bool {
        self.held.is_empty() && self.begun.is_none()
    }
}

/// Puts a stream together.
pub(super) struct PageWriter {
    stream: u32,
    pages: u32,
}

impl PageWriter {
    pub(super) fn new(stream: u32) -> Self {
        Self { stream, pages: 0 }
    }

    /// Writes a page of whole packets, which together have less than 255 segments.
    pub(super) fn write(&mut self, packets: &[Vec<u8>], position: u64, is_last: bool, out: &mut Vec<u8>) {
        let mut lacing = Vec::new();
        for packet in packets {
            lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
            lacing.push((packet.len() % 255) as u8);
        }
        let flags = if self.pages == 0 { FIRST } else { 0 } | if is_last { LAST } else { 0 };
        let start = out.len();
        out.extend_from_slice(MARK);
        out.push(flags);
        out.extend(position.to_le_bytes());
        out.extend(self.stream.to_le_bytes());
        out.extend(self.pages.to_le_bytes());
        out.extend([0; 4]);
        out.push(lacing.len() as u8);
        out.extend_from_slice(&lacing);
        packets.iter().for_each(|packet| out.extend_from_slice(packet));
        let sum = page_checksum(&out[start..]);
        out[start..][SUM].copy_from_slice(&sum.to_le_bytes());
        self.pages += 1;
    }
}

fn unreadable(what: &str) -> AudioError {
    AudioError::Unreadable(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let (mut writer, mut bytes) = (PageWriter::new(7), Vec::new());
        writer.write(&[b"head".to_vec()], 0, false, &mut bytes);
        writer.write(&[vec![1; 254], vec![2; 255], vec![3; 600], vec![]], 960, true, &mut bytes);
        bytes
    }

    #[test]
    fn pages_and_packets_of_any_length_come_back() {
        let mut reader = PageReader::default();
        let mut pages = Vec::new();
        for byte in written() {
            reader.push(&[byte]);
            pages.extend(reader.next().expect("it is in order"));
        }
        assert!(reader.is_between_pages());
        let first =
            Page { position: Some(0), is_first: true, is_last: false, packets: vec![b"head".to_vec()] };
        let packets = vec![vec![1; 254], vec![2; 255], vec![3; 600], vec![]];
        let last = Page { position: Some(960), is_first: false, is_last: true, packets };
        assert_eq!(pages, [first, last]);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let bytes = written();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            let mut reader = PageReader::default();
            reader.push(&changed);
            let read = || loop {
                match reader.next() {
                    Ok(Some(page)) if page.is_last => return false,
                    Ok(Some(_)) => {}
                    // It says that it is longer than it is.
                    Ok(None) | Err(_) => return true,
                }
            };
            let mut read = read;
            assert!(read(), "at {place}");
        }
    }
}

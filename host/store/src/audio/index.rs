//! What is in a folder, by when it was last used, and how many bytes that is.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, SystemTime},
};

use wheelhouse_core::audio::AudioId;

#[derive(Default)]
pub(super) struct Index {
    entries: HashMap<AudioId, Entry>,
    /// The same by time, the earliest first.
    order: BTreeSet<(SystemTime, AudioId)>,
    bytes: u64,
    latest: Option<SystemTime>,
}

#[derive(Clone, Copy)]
struct Entry {
    bytes: u64,
    used: SystemTime,
}

impl Index {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A moment later than all that it gave before, even when the clock stands still or is set back.
    pub(super) fn moment(&mut self, now: SystemTime) -> SystemTime {
        let next = self.latest.map_or(now, |latest| now.max(latest + Duration::from_nanos(1)));
        self.latest = Some(next);
        next
    }

    /// Puts it in the place of what it knew of this id.
    pub(super) fn put(&mut self, id: AudioId, bytes: u64, used: SystemTime) {
        self.remove(&id);
        self.entries.insert(id, Entry { bytes, used });
        self.order.insert((used, id));
        self.bytes += bytes;
    }

    pub(super) fn remove(&mut self, id: &AudioId) {
        if let Some(entry) = self.entries.remove(id) {
            self.order.remove(&(entry.used, *id));
            self.bytes -= entry.bytes;
        }
    }

    /// Brings it into agreement with what a look into the folder found; the look began at `began`. Whatever
    /// was put since then stands, and what is known already keeps its time, which is the more exact one.
    pub(super) fn agree(&mut self, found: &HashMap<AudioId, (u64, SystemTime)>, began: SystemTime) {
        let gone: Vec<AudioId> = self
            .entries
            .iter()
            .filter(|(id, entry)| entry.used < began && !found.contains_key(id))
            .map(|(id, _)| *id)
            .collect();
        gone.iter().for_each(|id| self.remove(id));
        for (id, (bytes, modified)) in found {
            // Another process may have used it later; a clock that was ahead does not make it immortal.
            let modified = (*modified).min(began);
            match self.entries.get(id) {
                Some(known) if known.used >= began => {}
                Some(known) => self.put(*id, *bytes, modified.max(known.used)),
                None => self.put(*id, *bytes, modified),
            }
        }
    }

    /// Forgets what was used least lately until there are at most so many bytes, and says what that was.
    pub(super) fn shrink(&mut self, max_bytes: u64) -> Vec<AudioId> {
        let mut forgotten = Vec::new();
        while self.bytes > max_bytes
            && let Some((_, id)) = self.order.first().copied()
        {
            self.remove(&id);
            forgotten.push(id);
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> AudioId {
        AudioId([number; 32])
    }

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    fn index(entries: &[(u8, u64, u64)]) -> Index {
        let mut index = Index::default();
        for (number, bytes, second) in entries {
            index.put(id(*number), *bytes, at(*second));
        }
        index
    }

    #[test]
    fn moments_are_in_order_even_when_the_clock_goes_back() {
        let mut index = Index::default();
        let moments = [9, 9, 3, 10].map(|second| index.moment(at(second)));
        assert!(moments.is_sorted_by(|a, b| a < b), "{moments:?}");
        assert_eq!(moments[3], at(10));
    }

    #[test]
    fn what_was_used_least_lately_is_forgotten_first() {
        let mut index = index(&[(1, 10, 1), (2, 10, 2), (3, 10, 3)]);
        index.put(id(1), 10, at(4));
        assert_eq!(index.shrink(30), []);
        assert_eq!(index.shrink(15), [id(2), id(3)]);
        assert_eq!(index.shrink(0), [id(1)]);
        assert_eq!((index.bytes, index.order.len()), (0, 0));
    }

    #[test]
    fn replaced_and_removed_entries_do_not_count() {
        let mut index = index(&[(1, 10, 1), (1, 3, 2), (2, 5, 3)]);
        assert_eq!(index.bytes, 8);
        index.remove(&id(1));
        index.remove(&id(1));
        assert_eq!(index.bytes, 5);
    }

    #[test]
    fn look_into_the_folder_adds_what_is_there_and_drops_what_is_gone() {
        let mut index = index(&[(1, 10, 1), (2, 10, 8), (3, 10, 20)]);
        let found = HashMap::from([(id(2), (12, at(2))), (id(4), (5, at(99)))]);
        index.agree(&found, at(10));
        assert_eq!(index.bytes, 12 + 10 + 5);
        assert_eq!(index.shrink(0), [id(2), id(4), id(3)], "4 counts as used when the look began");
    }
}

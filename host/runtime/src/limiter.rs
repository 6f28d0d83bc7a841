//! Sums up what an instance's memories and tables take.

use wasmtime::ResourceLimiter;

use crate::engine::{CORE_INSTANCES, MEMORIES, TABLES};

/// Wasmtime's own limiter bounds each memory; this one bounds all of a store's together.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: Account,
    tables: Account,
}

#[derive(Debug)]
struct Account {
    used: usize,
    limit: usize,
    /// The last growth, to be taken back if it fails after it was allowed.
    last: usize,
    refused: bool,
}

impl Account {
    fn new(limit: u64) -> Self {
        Self { used: 0, limit: usize::try_from(limit).unwrap_or(usize::MAX), last: 0, refused: false }
    }

    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        self.last = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            return false;
        }
        let growth = desired.saturating_sub(current);
        match self.used.checked_add(growth).filter(|sum| *sum <= self.limit) {
            Some(sum) => {
                self.used = sum;
                self.last = growth;
                true
            }
            None => {
                self.refused = true;
                false
            }
        }
    }

    fn take_back(&mut self) {
        self.used -= std::mem::take(&mut self.last);
    }
}

impl Limiter {
    pub(crate) fn new(memory_bytes: u64, table_elements: u32) -> Self {
        Self { memory: Account::new(memory_bytes), tables: Account::new(table_elements.into()) }
    }

    /// Bytes of all memories. Memories never shrink.
    pub(crate) fn memory(&self) -> usize {
        self.memory.used
    }

    /// Elements of all tables.
    pub(crate) fn tables(&self) -> usize {
        self.tables.used
    }

    /// A sentence's end when the instance was refused something: most guests do not survive that.
    pub(crate) fn overrun(&self) -> Option<String> {
        if self.memory.refused {
            Some(format!("needed more than {} KiB of memory", self.memory.limit / 1024))
        } else if self.tables.refused {
            Some(format!("needed tables of more than {} elements", self.tables.limit))
        } else {
            None
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.memory.grow(current, desired, maximum))
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.take_back();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.tables.grow(current, desired, maximum))
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.tables.take_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PAGE: usize = 65_536;

    #[test]
    fn two_memories_share_one_limit() {
        let mut limiter = Limiter::new(3 * PAGE as u64, 10);
        assert!(limiter.memory_growing(0, 2 * PAGE, None).unwrap());
        assert!(!limiter.memory_growing(0, 2 * PAGE, None).unwrap());
        assert_eq!(limiter.overrun().unwrap(), "needed more than 192 KiB of memory");
    }

    #[test]
    fn a_growth_that_failed_is_given_back() {
        let mut limiter = Limiter::new(2 * PAGE as u64, 10);
        assert!(limiter.memory_growing(0, 2 * PAGE, None).unwrap());
        limiter.memory_grow_failed(wasmtime::Error::msg("no")).unwrap();
        assert!(limiter.memory_growing(0, 2 * PAGE, None).unwrap());
        assert!(limiter.overrun().is_none());
    }

    #[test]
    fn growth_beyond_the_memorys_own_maximum_is_no_overrun() {
        let mut limiter = Limiter::new(8 * PAGE as u64, 10);
        assert!(!limiter.memory_growing(0, 2 * PAGE, Some(PAGE)).unwrap());
        assert!(limiter.overrun().is_none());
    }

    #[test]
    fn table_elements_are_summed() {
        let mut limiter = Limiter::new(1, 10);
        assert!(limiter.table_growing(0, 6, None).unwrap());
        assert!(!limiter.table_growing(0, 6, None).unwrap());
        assert!(limiter.overrun().unwrap().contains("tables"));
    }
}

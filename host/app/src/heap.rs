//! Freed memory goes back to the system.
//!
//! glibc keeps much of it otherwise. What it took to compile plugins for some seconds would be missing for as long as the host runs, which on
//! a machine with 512 MB is a quarter of it. Other allocators are left to their own ways.

use std::{convert::Infallible, sync::Arc};

use wheelhouse_core::catalog::CatalogReader;

/// Has large blocks mapped by themselves, so that each goes back when it is freed. To be called before there are other threads.
pub fn map_large_blocks() {
    allocator::map_large_blocks();
}

/// Gives back what is free, now and whenever plugins have changed: before each change something may have been compiled.
pub async fn give_back_as_plugins_change(catalog: &CatalogReader) -> Infallible {
    let mut seen = catalog.current();
    loop {
        // Of no consequence should it fail, and it takes milliseconds.
        let _ = tokio::task::spawn_blocking(allocator::give_back).await;
        let now = catalog.wait_until(|catalog| !std::ptr::eq(catalog, Arc::as_ptr(&seen))).await;
        if Arc::ptr_eq(&now, &seen) {
            // Nothing changes any more.
            return std::future::pending().await;
        }
        seen = now;
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's allocator is set by calls of C")]
mod allocator {
    /// Left alone glibc raises this bound up to 32 MiB, block by block that is freed: beyond the 19 MiB that it takes to check a password.
    const LARGE: libc::c_int = 1 << 20;

    pub(super) fn map_large_blocks() {
        // SAFETY: they set two numbers of the allocator's, and take every value.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
            libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE);
        }
    }

    pub(super) fn give_back() {
        // SAFETY: it locks what it looks at, and touches nothing that is in use.
        unsafe { libc::malloc_trim(0) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod allocator {
    pub(super) fn map_large_blocks() {}

    pub(super) fn give_back() {}
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use wheelhouse_core::catalog::{Catalog, CatalogPublisher};

    use super::*;

    const PAGE: usize = 4 * 1024;
    const BLOCK: usize = 64 * 1024;
    const BLOCKS: usize = 1_024;

    /// In pages.
    fn resident() -> usize {
        fs::read_to_string("/proc/self/statm").unwrap().split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn what_was_freed_below_something_in_use_is_given_back_at_first_and_when_plugins_change() {
        let publisher = CatalogPublisher::new(Catalog::default());
        let reader = publisher.reader();
        let mut giving_back = std::pin::pin!(give_back_as_plugins_change(&reader));
        for _ in 0..2 {
            let mut blocks: Vec<Vec<u8>> = (0..BLOCKS).map(|_| vec![1; BLOCK]).collect();
            let last = blocks.pop();
            drop(blocks);
            let most = resident() - BLOCKS * BLOCK / PAGE / 2;
            while resident() > most {
                tokio::select! {
                    biased;
                    never = &mut giving_back => match never {},
                    () = tokio::task::yield_now() => {}
                }
            }
            drop(last);
            publisher.publish(Catalog::default());
        }
    }
}

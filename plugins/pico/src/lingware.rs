//! The data of the voices, as files that Pico opens.

use std::ffi::{CStr, c_char, c_void};

include!(concat!(env!("OUT_DIR"), "/lingware.rs"));

unsafe extern "C" {
    fn fmemopen(bytes: *mut c_void, size: usize, mode: *const c_char) -> *mut c_void;
}

/// What Pico's C calls in the place of `fopen`: opens a file of the lingware to be read; null for any other.
#[unsafe(no_mangle)]
extern "C" fn pico_open_lingware(name: *const c_char, _mode: *const c_char) -> *mut c_void {
    // SAFETY: Pico passes strings that end in a zero.
    let name = unsafe { CStr::from_ptr(name) };
    match FILES.iter().find(|(file, _)| file.as_bytes() == name.to_bytes()) {
        // SAFETY: a file that is opened to be read does not write to its bytes, and these live for ever.
        Some((_, bytes)) => unsafe {
            fmemopen(bytes.as_ptr().cast_mut().cast(), bytes.len(), c"rb".as_ptr())
        },
        None => std::ptr::null_mut(),
    }
}

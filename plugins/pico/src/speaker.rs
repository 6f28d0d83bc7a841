//! Pico itself: one voice, one text.

use std::{
    ffi::{CString, c_char},
    ptr,
};

use ttspico_sys as pico;

use crate::{Error, voices::Voice};

/// Samples a second of all sound that Pico gives; there is one channel.
pub(crate) const SAMPLE_RATE: u32 = 16_000;

/// What Pico may use: its engine, and the largest two files of lingware.
const MEMORY: usize = 3 << 20;
/// Samples in the first piece, and in all others. A short one comes sooner, long ones cost less.
const PIECES: [usize; 2] = [SAMPLE_RATE as usize / 10, SAMPLE_RATE as usize / 2];
/// What is softer than this at the beginning is silence, in units of a sample.
const SILENCE: u16 = 500;
/// How often Pico may be asked in a row without giving sound or taking text. The longest sentences need some
/// thousands.
const PATIENCE: u32 = 1_000_000;
/// The name of the only voice that a speaker defines.
const VOICE: &std::ffi::CStr = c"voice";

/// A text that is being spoken. The iterator gives 16-bit samples, each piece computed when it is asked for;
/// an error is the last item.
///
/// Every text has a Pico of its own, in memory that is empty at first: loading a voice is no work, nothing of
/// a text can be heard in the next one, and nothing is left of it.
pub(crate) struct Speaker {
    system: pico::pico_System,
    engine: pico::pico_Engine,
    lingware: [pico::pico_Resource; 2],
    text: Vec<u8>,
    /// How much of the text Pico has taken.
    taken: usize,
    /// Samples that belong to the next piece.
    piece: Vec<i16>,
    state: State,
    /// All pointers lead into it.
    _memory: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was heard so far.
    Silent,
    /// The first piece is out.
    Speaking,
    Ended,
}

impl Speaker {
    /// Begins to speak what `text::prepare` has made of a text.
    ///
    /// # Errors
    /// `Error::Pico` if the voice cannot be loaded.
    pub(crate) fn new(voice: &Voice, text: Vec<u8>) -> Result<Speaker, Error> {
        let mut memory = vec![0u64; MEMORY / size_of::<u64>()];
        let mut system = ptr::null_mut();
        // SAFETY: the memory is as large as is said, and lives as long as the system.
        check("initialize", unsafe {
            pico::pico_initialize(memory.as_mut_ptr().cast(), MEMORY as u32, &mut system)
        })?;
        let mut speaker = Speaker {
            system,
            engine: ptr::null_mut(),
            lingware: [ptr::null_mut(); 2],
            text,
            taken: 0,
            piece: Vec::new(),
            state: State::Silent,
            _memory: memory,
        };
        speaker.load(voice)?;
        Ok(speaker)
    }

    fn load(&mut self, voice: &Voice) -> Result<(), Error> {
        let name = VOICE.as_ptr().cast();
        // SAFETY: here and below the system is one that was initialized, names end in a zero, and what is
        // returned has a place.
        check("createVoiceDefinition", unsafe { pico::pico_createVoiceDefinition(self.system, name) })?;
        for (file, resource) in voice.lingware.iter().zip(&mut self.lingware) {
            let file = CString::new(*file).unwrap_or_default();
            let file = file.as_ptr().cast();
            let mut unique: pico::pico_Retstring = [0; pico::PICO_RETSTRINGSIZE];
            let unique: *mut c_char = unique.as_mut_ptr();
            // SAFETY: as above; the name of a resource has at most as many bytes as a `pico_Retstring`.
            unsafe {
                check("loadResource", pico::pico_loadResource(self.system, file, resource))?;
                check("getResourceName", pico::pico_getResourceName(self.system, *resource, unique))?;
                let added = pico::pico_addResourceToVoiceDefinition(self.system, name, unique.cast());
                check("addResourceToVoiceDefinition", added)?;
            }
        }
        // SAFETY: as above.
        check("newEngine", unsafe { pico::pico_newEngine(self.system, name, &mut self.engine) })
    }

    /// Gives Pico as much text as it takes; how much that was.
    fn put(&mut self) -> Result<usize, Error> {
        let rest = &self.text[self.taken..];
        let size = rest.len().min(i16::MAX as usize) as i16;
        let mut put = 0;
        // SAFETY: the engine is there, and of the text there are at least so many bytes.
        let status = unsafe { pico::pico_putTextUtf8(self.engine, rest.as_ptr(), size, &mut put) };
        check("putTextUtf8", status)?;
        let put = put.clamp(0, size) as usize;
        self.taken += put;
        Ok(put)
    }

    /// Has Pico work for a moment: how many samples that gave, and whether all that it has taken is spoken.
    fn step(&mut self) -> Result<(usize, bool), Error> {
        let mut bytes = [0u8; 256];
        let (mut size, mut form) = (0, 0);
        // SAFETY: the engine is there, and the buffer is as large as is said.
        let status = unsafe {
            let buffer = bytes.as_mut_ptr().cast();
            pico::pico_getData(self.engine, buffer, bytes.len() as i16, &mut size, &mut form)
        };
        let idle = match status {
            pico::PICO_STEP_BUSY => false,
            pico::PICO_STEP_IDLE => true,
            _ => return Err(Error::Unreadable),
        };
        // Pico gives whole samples.
        let samples = bytes[..size.clamp(0, bytes.len() as i16) as usize].chunks_exact(2);
        let count = samples.len();
        self.piece.extend(samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
        Ok((count, idle))
    }

    /// Works until there is a piece, or the text is over.
    fn work(&mut self) -> Result<(), Error> {
        let mut patience = PATIENCE;
        loop {
            let put = self.put()?;
            let (samples, idle) = self.step()?;
            if idle && put == 0 && self.taken == self.text.len() {
                break;
            }
            if self.is_piece() {
                return Ok(());
            }
            patience = if put + samples > 0 { PATIENCE } else { patience - 1 };
            if patience == 0 {
                return Err(Error::Unreadable);
            }
        }
        if self.state == State::Silent && !self.is_heard() {
            return Err(Error::NothingToSay);
        }
        self.state = State::Ended;
        Ok(())
    }

    /// Whether what has been made is a piece. The first one waits until something is heard, so that silence
    /// is no speech.
    fn is_piece(&mut self) -> bool {
        match self.state {
            State::Silent if self.piece.len() < PIECES[0] => false,
            State::Silent if self.is_heard() => {
                self.state = State::Speaking;
                true
            }
            State::Silent => {
                // Of a long silence this much is enough.
                self.piece.drain(..PIECES[0] / 2);
                false
            }
            State::Speaking | State::Ended => self.piece.len() >= PIECES[1],
        }
    }

    fn is_heard(&self) -> bool {
        self.piece.iter().any(|sample| sample.unsigned_abs() > SILENCE)
    }
}

impl Iterator for Speaker {
    type Item = Result<Vec<i16>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Ended {
            return None;
        }
        match self.work() {
            Ok(()) => Some(std::mem::take(&mut self.piece)).filter(|piece| !piece.is_empty()).map(Ok),
            Err(error) => {
                self.state = State::Ended;
                Some(Err(error))
            }
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        // SAFETY: all handles are of this system, and null where it did not come to them, which Pico refuses.
        // The order is Pico's: what is in use is not given back. Unloading closes the files.
        unsafe {
            if !self.engine.is_null() {
                pico::pico_disposeEngine(self.system, &mut self.engine);
            }
            pico::pico_releaseVoiceDefinition(self.system, VOICE.as_ptr().cast());
            for resource in &mut self.lingware {
                if !resource.is_null() {
                    pico::pico_unloadResource(self.system, resource);
                }
            }
            pico::pico_terminate(&mut self.system);
        }
    }
}

fn check(call: &'static str, status: pico::pico_Status) -> Result<(), Error> {
    // What is above is a warning.
    if status < pico::PICO_OK { Err(Error::Pico { call, status }) } else { Ok(()) }
}

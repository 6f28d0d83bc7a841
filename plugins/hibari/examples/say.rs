//! Speaks a text into a WAV file: `cargo run --release --example say -- "Hello there." hello.wav [speed]`.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use hibari::Voice;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(text), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: say TEXT FILE.wav [SPEED]".into());
    };
    let speed = arguments.next().map_or(Ok(1.0), |speed| speed.parse())?;
    let voice = Voice::load()?;
    let samples: Vec<Vec<i16>> = voice.pieces(&text, speed).collect::<Result<_, _>>()?;
    write_wav(BufWriter::new(File::create(path)?), &samples.concat())?;
    Ok(())
}

fn write_wav(mut out: impl Write, samples: &[i16]) -> Result<(), Box<dyn Error>> {
    let bytes = u32::try_from(samples.len() * 2)?;
    let rate = Voice::SAMPLE_RATE;
    out.write_all(b"RIFF")?;
    out.write_all(&(36 + bytes).to_le_bytes())?;
    out.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x01\0")?;
    out.write_all(&rate.to_le_bytes())?;
    out.write_all(&(rate * 2).to_le_bytes())?;
    out.write_all(b"\x02\0\x10\0data")?;
    out.write_all(&bytes.to_le_bytes())?;
    for sample in samples {
        out.write_all(&sample.to_le_bytes())?;
    }
    Ok(out.flush()?)
}

//! `wheelhouse say`.

use std::{io::SeekFrom, path::Path};

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWrite, AsyncWriteExt},
};
use wheelhouse_services::{
    SpeechRequest, SpokenAudio, SpokenPiece,
    speech::{Container, find_format},
};

use super::{CommandError, start};
use crate::{cli::SayArgs, config::Config, host::Host};

pub(super) async fn run(config: Config, args: SayArgs) -> Result<(), CommandError> {
    let Some(output) = args.output.clone() else { return say_aloud(&args).await };
    let host = start(config).await?;
    let spoken = say(&host, args, &output).await;
    host.stop().await;
    spoken
}

/// Says it on this device, until it has been said or somebody interrupts. Needs no host.
#[cfg(feature = "kiosk")]
async fn say_aloud(args: &SayArgs) -> Result<(), CommandError> {
    let voice = wheelhouse_engines::SystemVoice::start()?;
    // The device would go on without this program if nobody stopped it.
    tokio::select! {
        said = voice.speak(&args.text, args.speed.unwrap_or(1.0)) => Ok(said?),
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Err(CommandError::Failed("interrupted".to_owned()))
        }
    }
}

#[cfg(not(feature = "kiosk"))]
async fn say_aloud(_: &SayArgs) -> Result<(), CommandError> {
    Err(CommandError::Usage("say where to write it, with --output FILE".to_owned()))
}

async fn say(host: &Host, args: SayArgs, output: &Path) -> Result<(), CommandError> {
    host.check_names().await?;
    let format = match args.format {
        Some(format) => find_format(&format)?,
        None => format_of(output),
    };
    let request = SpeechRequest {
        voice: args.voice,
        engine: args.engine,
        language: args.language,
        speed: args.speed,
        format,
        // Whoever tries an engine out wants to hear it, and not what it said before.
        is_kept: false,
        ..SpeechRequest::new(args.text)
    };
    let mut spoken = host.services.speech.synthesize(&host.own_context(), request).await?;
    if output == Path::new("-") {
        write_all(&mut tokio::io::stdout(), &mut spoken).await?;
        return Ok(());
    }
    // Written beside its final name, so that a failure leaves no half a sentence behind under it.
    let partial = output.with_extension("partial");
    let written = write_file(&partial, &mut spoken).await;
    if written.is_err() {
        let _ = tokio::fs::remove_file(&partial).await;
        return written;
    }
    Ok(tokio::fs::rename(&partial, output).await?)
}

/// The form that a file's name ends in; WAV where it ends in none.
fn format_of(output: &Path) -> Container {
    let ending = output.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(|ending| if ending.eq_ignore_ascii_case("ogg") { "opus" } else { ending });
    ending.and_then(|ending| find_format(ending).ok()).unwrap_or(Container::Wav)
}

/// Writes the audio, then the sizes that the header of a WAV could not know.
async fn write_file(path: &Path, spoken: &mut SpokenAudio) -> Result<(), CommandError> {
    let mut file = File::create(path).await?;
    let bytes = write_all(&mut file, spoken).await?;
    if spoken.container == Container::Wav {
        for (at, size) in [(4, bytes.saturating_sub(8)), (40, bytes.saturating_sub(44))] {
            file.seek(SeekFrom::Start(at)).await?;
            file.write_all(&size.to_le_bytes()).await?;
        }
    }
    Ok(file.sync_all().await?)
}

/// Writes the audio; how many bytes it had.
async fn write_all(
    output: &mut (impl AsyncWrite + Unpin),
    spoken: &mut SpokenAudio,
) -> Result<u32, CommandError> {
    let mut total = 0u32;
    while let Some(piece) = spoken.pieces.next().await {
        if let SpokenPiece::Audio(piece) = piece? {
            output.write_all(&piece).await?;
            total = total.saturating_add(u32::try_from(Bytes::len(&piece)).unwrap_or(u32::MAX));
        }
    }
    output.flush().await?;
    Ok(total)
}

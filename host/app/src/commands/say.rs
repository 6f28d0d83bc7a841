//! `wheelhouse say`.

use std::{io::SeekFrom, path::Path};

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWrite, AsyncWriteExt},
};
use wheelhouse_services::{OutputFormat, SpeechRequest};

use super::{CommandError, start};
use crate::{cli::SayArgs, config::Config, host::Host};

pub(super) async fn run(config: Config, args: SayArgs) -> Result<(), CommandError> {
    let host = start(config).await?;
    let spoken = say(&host, args).await;
    host.stop().await;
    spoken
}

async fn say(host: &Host, args: SayArgs) -> Result<(), CommandError> {
    host.check_names().await?;
    let request = SpeechRequest {
        text: args.text,
        voice: args.voice,
        engine: args.engine,
        language: None,
        speed: args.speed,
        format: OutputFormat::Wav,
    };
    let mut spoken = host.services.speech.synthesize(&host.own_context(), request).await?;
    if args.output == Path::new("-") {
        write_all(&mut tokio::io::stdout(), &mut spoken.audio).await?;
        return Ok(());
    }
    // Written beside its final name, so that a failure leaves no half a sentence behind under it.
    let partial = args.output.with_extension("partial");
    let written = write_file(&partial, &mut spoken.audio).await;
    if written.is_err() {
        let _ = tokio::fs::remove_file(&partial).await;
        return written;
    }
    Ok(tokio::fs::rename(&partial, &args.output).await?)
}

type Audio = BoxStream<'static, wheelhouse_core::Result<Bytes>>;

/// Writes the stream, then the sizes that its header could not know.
async fn write_file(path: &Path, audio: &mut Audio) -> Result<(), CommandError> {
    let mut file = File::create(path).await?;
    let bytes = write_all(&mut file, audio).await?;
    for (at, size) in [(4, bytes.saturating_sub(8)), (40, bytes.saturating_sub(44))] {
        file.seek(SeekFrom::Start(at)).await?;
        file.write_all(&size.to_le_bytes()).await?;
    }
    Ok(file.sync_all().await?)
}

/// Writes the stream; how many bytes it had.
async fn write_all(output: &mut (impl AsyncWrite + Unpin), audio: &mut Audio) -> Result<u32, CommandError> {
    let mut total = 0u32;
    while let Some(piece) = audio.next().await {
        let piece = piece?;
        output.write_all(&piece).await?;
        total = total.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
    }
    output.flush().await?;
    Ok(total)
}

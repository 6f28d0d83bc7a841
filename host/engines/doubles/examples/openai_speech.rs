//! Serves OpenAI's speech API until it is interrupted, without a key. Prints what belongs into `base_url`.
#![allow(clippy::print_stdout)]

use wheelhouse_doubles::openai::OpenAiSpeech;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let double = OpenAiSpeech::start(None).await?;
    println!("{}", double.base_url());
    tokio::signal::ctrl_c().await
}

//! Plays Microsoft Edge's read-aloud service for another process: `cargo run -p wheelhouse-doubles --example
//! edge -- FOLDER [ADDRESS]`.
//!
//! It keeps its authority in the folder and prints, a line each, what the other process needs. `curl -d
//! '{"refuse": 403}' PROXY/fault` has it go wrong, `curl -d null PROXY/fault` puts it in order again.
#![allow(clippy::print_stdout)]

use std::{env, error::Error, future, path::PathBuf};

use wheelhouse_doubles::{Authority, edge::EdgeDouble};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("the folder for its authority")?);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse()?;
    let authority = Authority::load(&folder).or_else(|_| {
        let authority = Authority::new()?;
        std::fs::create_dir_all(&folder)?;
        authority.save(&folder).map(|()| authority)
    })?;
    let double = EdgeDouble::start(&authority, address).await?;
    println!("SSL_CERT_FILE={}", folder.join("authority.pem").display());
    println!("WHEELHOUSE_ENGINES__EDGE__PROXY={}", double.proxy());
    future::pending().await
}

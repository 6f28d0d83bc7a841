//! The key that tokens are signed with, on a machine where nobody has set one.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use wheelhouse_core::{Secret, clock::Entropy};

const NAME: &str = "secret_key";
const BYTES: usize = 32;

/// The development key: made once, then kept in the data folder, readable by its owner alone.
///
/// # Errors
/// When the file cannot be read or written, or does not hold a key.
pub(crate) fn load_or_create(data_dir: &Path, entropy: &dyn Entropy) -> io::Result<Secret> {
    let file = data_dir.join(NAME);
    match fs::read_to_string(&file) {
        Ok(text) if text.trim().len() >= BYTES * 2 => return Ok(Secret::new(text.trim())),
        Ok(_) => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("`{}` holds no key; remove it and a new one is made", file.display()),
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0; BYTES];
    entropy.fill(&mut bytes);
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();

    fs::create_dir_all(data_dir)?;
    // Two hosts that start at once on one folder must end with one key: each writes its own file whole, and only one link
    // gets the name.
    let own = data_dir.join(format!("{NAME}.{}", &key[..16]));
    write_private(&own, &key)?;
    let linked = fs::hard_link(&own, &file);
    fs::remove_file(&own)?;
    match linked {
        Ok(()) => Ok(Secret::new(key)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => load_or_create(data_dir, entropy),
        Err(error) => Err(error),
    }
}

fn write_private(file: &Path, key: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    writeln!(file, "{key}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use wheelhouse_core::clock::SystemEntropy;

    use super::*;

    #[test]
    fn key_is_made_once_and_kept() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let data = dir.path().join("data");
        let first = load_or_create(&data, &SystemEntropy).expect("a key is made");
        let second = load_or_create(&data, &SystemEntropy).expect("the key is found");
        assert_eq!(first, second);
        assert_eq!(first.expose().len(), 64);
        assert_eq!(
            fs::read_dir(&data).expect("the folder is there").count(),
            1,
            "nothing else is left behind"
        );
    }

    #[cfg(unix)]
    #[test]
    fn key_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a temporary folder");
        load_or_create(dir.path(), &SystemEntropy).expect("a key is made");
        let mode = fs::metadata(dir.path().join(NAME)).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn damaged_key_is_an_error_and_not_replaced() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::write(dir.path().join(NAME), "short").expect("the file is written");
        let error = load_or_create(dir.path(), &SystemEntropy).expect_err("a damaged key is refused");
        assert!(error.to_string().contains("remove it"), "{error}");
    }
}

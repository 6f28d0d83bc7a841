//! A folder of frames, a file each: `<first two digits of the id>/<id>.audio`.
//!
//! Several processes may use it at once: a file appears under its name whole, and any of them may remove it.

use std::{
    collections::HashMap,
    fs::{self, DirBuilder, DirEntry, File, OpenOptions, ReadDir},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use uuid::Uuid;
use wheelhouse_core::audio::AudioId;

/// Ends the name of what is whole.
const WHOLE: &str = ".audio";

/// Ends the name of what is being written.
const PART: &str = ".part";

/// When something is being written for this long, nobody is writing it any more.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// How exactly the time of a file tells when it was last used.
const TOUCH: Duration = Duration::from_secs(60 * 60);

pub(super) struct Folder {
    path: PathBuf,
}

/// What a name in a sub folder stands for.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Whole(AudioId),
    Part,
}

impl Folder {
    /// Nothing is made until something is written.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn file(&self, id: &AudioId) -> PathBuf {
        let id = id.to_string();
        self.path.join(&id[..2]).join(id + WHOLE)
    }

    /// The bytes of the file, unless there is none or it is longer than that. Its time is set to `used` when
    /// it is an hour behind.
    pub(super) fn read(&self, id: &AudioId, max_bytes: u64, used: SystemTime) -> io::Result<Option<Bytes>> {
        let Some(mut file) = unless_missing(File::open(self.file(id)))? else { return Ok(None) };
        let metadata = file.metadata()?;
        if metadata.len() > max_bytes {
            return Ok(None);
        }
        let mut frame = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // A file does not grow under its name.
        Read::by_ref(&mut file).take(metadata.len()).read_to_end(&mut frame)?;
        if used.duration_since(metadata.modified()?).is_ok_and(|age| age >= TOUCH) {
            // Without it the file is taken for older than it is, at worst.
            let _ = file.set_modified(used);
        }
        Ok(Some(frame.into()))
    }

    /// Puts the file in the place of any other. Leaves nothing behind when that fails.
    pub(super) fn write(&self, id: &AudioId, frame: &[u8], used: SystemTime) -> io::Result<()> {
        let whole = self.file(id);
        let part = whole.with_extension(format!("{}{PART}", Uuid::new_v4().simple()));
        let written = create(&part)
            .and_then(|mut file| file.write_all(frame).and_then(|()| file.set_modified(used)))
            // Not synced: what a crash tears, its checksum tells.
            .and_then(|()| fs::rename(&part, &whole));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }

    /// Removes the file if there is one.
    pub(super) fn remove(&self, id: &AudioId) -> io::Result<()> {
        unless_missing(fs::remove_file(self.file(id))).map(|_| ())
    }

    /// Size and time of every file. Removes what was begun and abandoned, and leaves alone what has another
    /// name.
    pub(super) fn scan(&self, now: SystemTime) -> io::Result<HashMap<AudioId, (u64, SystemTime)>> {
        let mut found = HashMap::new();
        for folder in entries(&self.path)? {
            let folder = folder?;
            // Others' folders may be beside them: a volume's own, which nobody else may read.
            let is_own = folder.file_name().to_str().is_some_and(|name| name.len() == 2);
            if !is_own || !folder.file_type()?.is_dir() {
                continue;
            }
            for file in entries(&folder.path())? {
                let file = file?;
                let Some(name) = parse(&folder, &file) else { continue };
                // Another process may have removed it meanwhile.
                let Some(metadata) = unless_missing(file.metadata())? else { continue };
                match name {
                    _ if !metadata.is_file() => {}
                    Name::Whole(id) => {
                        found.insert(id, (metadata.len(), metadata.modified()?));
                    }
                    Name::Part => {
                        if now.duration_since(metadata.modified()?).is_ok_and(|age| age >= ABANDONED) {
                            unless_missing(fs::remove_file(file.path()))?;
                        }
                    }
                }
            }
        }
        Ok(found)
    }
}

fn parse(folder: &DirEntry, file: &DirEntry) -> Option<Name> {
    parse_names(folder.file_name().to_str()?, file.file_name().to_str()?)
}

fn parse_names(folder: &str, file: &str) -> Option<Name> {
    let (id, rest) = file.split_at_checked(64)?;
    let id: AudioId = id.parse().ok()?;
    if folder != &file[..2] {
        return None;
    }
    if rest == WHOLE {
        return Some(Name::Whole(id));
    }
    let unique = rest.strip_prefix('.')?.strip_suffix(PART)?;
    let is_ours = unique.len() == 32 && unique.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then_some(Name::Part)
}

/// What is in a folder; nothing if it is not there.
fn entries(path: &Path) -> io::Result<impl Iterator<Item = io::Result<DirEntry>>> {
    Ok(unless_missing(fs::read_dir(path))?.into_iter().flat_map(ReadDir::into_iter))
}

fn unless_missing<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a file and the folders it is in, for this user alone.
fn create(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        file.mode(0o600);
        folder.mode(0o700);
    }
    match (file.open(path), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
            folder.create(parent)?;
            file.open(path)
        }
        (outcome, _) => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_pattern_are_ours() {
        let id = AudioId([0xab; 32]);
        let unique = "0".repeat(32);
        assert_eq!(parse_names("ab", &format!("{id}.audio")), Some(Name::Whole(id)));
        assert_eq!(parse_names("ab", &format!("{id}.{unique}.part")), Some(Name::Part));
        for (folder, file) in [
            ("ab", id.to_string()),
            ("ac", format!("{id}.audio")),
            ("AB", format!("{id}.audio").to_uppercase()),
            ("ab", format!("{id}.audio~")),
            ("ab", format!("{id}.part")),
            ("ab", format!("{id}.{}.part", "g".repeat(32))),
            ("ab", format!("{id}.{unique}0.part")),
            ("ab", format!("{}.audio", &id.to_string()[1..])),
            ("ab", format!("{}é.audio", &id.to_string()[1..])),
            ("ab", "notes.audio".to_owned()),
            ("", String::new()),
        ] {
            assert_eq!(parse_names(folder, &file), None, "{folder}/{file}");
        }
    }
}

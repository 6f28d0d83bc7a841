use std::{fs, path::Path};

#[test]
fn every_guest_is_named_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    for entry in fs::read_dir(folder.join("tests/it")).unwrap() {
        tests.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    let unnamed: Vec<&str> = wheelhouse_guests::all()
        .iter()
        .map(|guest| guest.id)
        .filter(|name| !tests.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(unnamed, Vec::<&str>::new());
}

#[test]
fn every_example_is_a_guest() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/examples");
    let mut files: Vec<String> = fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let guests: Vec<&str> = wheelhouse_guests::all().iter().map(|guest| guest.id).collect();
    assert_eq!(files, guests);
}

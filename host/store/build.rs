//! The migrations are embedded by a macro, which cargo does not see: a new one must recompile the crate.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}

//! The contract in `sdk/wit` explains itself: kits make their documentation of it.

use std::path::Path;

use wit_parser::{Docs, Resolve, Type, TypeDef, TypeDefKind};

/// Collects what has no comment.
struct Review {
    missing: Vec<String>,
    seen: usize,
}

impl Review {
    fn look(&mut self, item: String, docs: &Docs) {
        self.seen += 1;
        if docs.contents.as_deref().is_none_or(|text| text.trim().is_empty()) {
            self.missing.push(item);
        }
    }

    fn look_into(&mut self, name: &str, definition: &TypeDef) {
        self.look(name.to_owned(), &definition.docs);
        match &definition.kind {
            TypeDefKind::Record(record) => {
                for field in &record.fields {
                    self.look(format!("{name}.{}", field.name), &field.docs);
                }
            }
            TypeDefKind::Variant(variant) => {
                for case in &variant.cases {
                    self.look(format!("{name}.{}", case.name), &case.docs);
                }
            }
            TypeDefKind::Enum(it) => {
                for case in &it.cases {
                    self.look(format!("{name}.{}", case.name), &case.docs);
                }
            }
            TypeDefKind::Flags(flags) => {
                for flag in &flags.flags {
                    self.look(format!("{name}.{}", flag.name), &flag.docs);
                }
            }
            _ => {}
        }
    }
}

/// `use types.{call}` makes a type of its own, which is explained where it comes from.
fn is_used_from_elsewhere(resolve: &Resolve, definition: &TypeDef) -> bool {
    matches!(definition.kind, TypeDefKind::Type(Type::Id(origin)) if resolve.types[origin].owner != definition.owner)
}

#[test]
fn every_item_of_the_contract_is_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder).unwrap();
    let package = &resolve.packages[package];
    let mut review = Review { missing: Vec::new(), seen: 0 };
    for (name, world) in &package.worlds {
        review.look(format!("world {name}"), &resolve.worlds[*world].docs);
    }
    for (name, interface) in &package.interfaces {
        let interface = &resolve.interfaces[*interface];
        review.look(name.clone(), &interface.docs);
        for (kind, definition) in &interface.types {
            let definition = &resolve.types[*definition];
            if !is_used_from_elsewhere(&resolve, definition) {
                review.look_into(&format!("{name}.{kind}"), definition);
            }
        }
        for (function, definition) in &interface.functions {
            review.look(format!("{name}.{function}"), &definition.docs);
        }
    }
    assert!(review.seen > 150, "only {} items were found", review.seen);
    assert!(review.missing.is_empty(), "no comment says what these are: {}", review.missing.join(", "));
}

//! A component's outermost layer.

use wasmparser::{Chunk, Parser, Payload};

/// Names of what a component imports and exports, and the part of it that says what its imports have to be.
#[derive(Debug, Default)]
pub(super) struct Front<'a> {
    pub(super) imports: Vec<&'a str>,
    pub(super) exports: Vec<&'a str>,
    /// The component up to its last import, which is a component by itself: types and imports, no code. None where something else comes
    /// before them.
    pub(super) types: Option<Vec<u8>>,
}

impl<'a> Front<'a> {
    /// `None` for what is no whole component.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut front = Self::default();
        let (mut types, mut is_pure) = (Vec::new(), true);
        let mut parser = Parser::new(0);
        let mut at = 0;
        loop {
            let rest = bytes.get(at..)?;
            let Chunk::Parsed { consumed, payload } = parser.parse(rest, true).ok()? else { return None };
            let section = rest.get(..consumed)?;
            at += consumed;
            match payload {
                Payload::Version { .. }
                | Payload::ComponentTypeSection(_)
                | Payload::ComponentAliasSection(_) => {
                    types.extend_from_slice(section);
                }
                Payload::ComponentImportSection(imports) => {
                    for import in imports {
                        front.imports.push(import.ok()?.name.name);
                    }
                    types.extend_from_slice(section);
                    front.types = is_pure.then(|| types.clone());
                }
                Payload::ComponentExportSection(exports) => {
                    for export in exports {
                        front.exports.push(export.ok()?.name.name);
                    }
                }
                // Its contents are skipped.
                Payload::ModuleSection { unchecked_range: range, .. }
                | Payload::ComponentSection { unchecked_range: range, .. } => {
                    at = range.end;
                    is_pure = false;
                }
                Payload::CustomSection(_) => {}
                Payload::End(_) => return Some(front),
                _ => is_pure = false,
            }
        }
    }
}

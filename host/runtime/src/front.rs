//! A component's outermost layer, read without compiling anything: nested modules and components are skipped.

use wasmparser::{Chunk, Encoding, Parser, Payload};

/// Names of what a component imports and exports, and the part of it that says what its imports have to be.
#[derive(Debug, Default)]
pub(crate) struct Front<'a> {
    pub(crate) imports: Vec<&'a str>,
    pub(crate) exports: Vec<&'a str>,
    /// The component up to its last import, which is a component by itself: types and imports, no code. None where something else comes
    /// before them.
    pub(crate) types: Option<Vec<u8>>,
}

impl<'a> Front<'a> {
    /// # Errors
    /// A sentence for the operator when this is no whole component.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let damaged = |error: &dyn std::fmt::Display| format!("it is damaged or cut off: {error}");
        let mut front = Self::default();
        let (mut types, mut is_pure) = (Vec::new(), true);
        let mut parser = Parser::new(0);
        let mut rest = bytes;
        let mut at = 0;
        loop {
            let (consumed, payload) = match parser.parse(rest, true).map_err(|error| damaged(&error))? {
                Chunk::Parsed { consumed, payload } => (consumed, payload),
                Chunk::NeedMoreData(_) => return Err(damaged(&"unexpected end")),
            };
            let section = &rest[..consumed];
            let mut next = at + consumed;
            match payload {
                Payload::Version { encoding: Encoding::Module, .. } => {
                    return Err(
                        "it is a core WebAssembly module, not a component; build it for the target wasm32-wasip2"
                            .to_owned(),
                    );
                }
                Payload::Version { .. }
                | Payload::ComponentTypeSection(_)
                | Payload::ComponentAliasSection(_) => {
                    types.extend_from_slice(section);
                }
                Payload::ComponentImportSection(imports) => {
                    for import in imports {
                        front.imports.push(import.map_err(|error| damaged(&error))?.name.name);
                    }
                    types.extend_from_slice(section);
                    front.types = is_pure.then(|| types.clone());
                }
                Payload::ComponentExportSection(exports) => {
                    for export in exports {
                        front.exports.push(export.map_err(|error| damaged(&error))?.name.name);
                    }
                }
                Payload::ModuleSection { unchecked_range: range, .. }
                | Payload::ComponentSection { unchecked_range: range, .. } => {
                    next = range.end;
                    if next > bytes.len() {
                        return Err(damaged(&format!("{} bytes are missing", next - bytes.len())));
                    }
                    is_pure = false;
                }
                Payload::CustomSection(_) => {}
                Payload::End(_) => return Ok(front),
                _ => is_pure = false,
            }
            at = next;
            rest = &bytes[at..];
        }
    }
}

//! Components written by hand, for what no compiler of a language lets a guest do: several memories, tables that grow, a start function.

use std::path::Path;

use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Gives what the host hands over a place behind the one before.
const ALLOCATE: &str = "
    (func $allocate (param i32 i32 i32 i32) (result i32)
        (global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
        global.get $free
        (global.set $free (i32.add (global.get $free) (local.get 3))))";

/// The plugin `hand-written`, whose tool `act` calls the function `$act` of these declarations.
pub(crate) fn acting(declarations: &str) -> Vec<u8> {
    component(&format!("{declarations} {ALLOCATE}"))
}

/// The same, where these declarations are run when an instance is made: they have the function `$start`.
pub(crate) fn starting(declarations: &str) -> Vec<u8> {
    acting(&format!("{declarations} (func $act) (start $start)"))
}

/// The same, where this is the body of what makes room for the host's texts.
pub(crate) fn allocating(body: &str) -> Vec<u8> {
    component(&format!("(func $act) (func $allocate (param i32 i32 i32 i32) (result i32) {body})"))
}

/// The same with more modules in the component, each instantiated on its own.
pub(crate) fn with_modules(mut component: Vec<u8>, modules: &[&str]) -> Vec<u8> {
    let is_module = |payload: &Payload<'_>| matches!(payload, Payload::ModuleSection { .. });
    let before =
        Parser::new(0).parse_all(&component).filter(|payload| is_module(payload.as_ref().unwrap())).count();
    for (index, module) in modules.iter().enumerate() {
        section(&mut component, 1, &wat::parse_str(module).unwrap());
        let index = u8::try_from(before + index).unwrap();
        section(&mut component, 2, &[1, 0, index, 0]);
    }
    component
}

/// Adds a section with this id.
fn section(component: &mut Vec<u8>, id: u8, content: &[u8]) {
    component.push(id);
    let mut length = content.len();
    while length >= 0x80 {
        component.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    component.push(length as u8);
    component.extend_from_slice(content);
}

/// A core module in the form of the contract. What it says of itself lies in its memory from the start; texts, lists and options that are all
/// zeros are empty.
fn component(declarations: &str) -> Vec<u8> {
    let mut texts = String::new();
    let mut text = |text: &str| {
        let at = TEXTS + u32::try_from(texts.len()).unwrap();
        texts.push_str(text);
        [at, u32::try_from(text.len()).unwrap()]
    };
    let description = [text("hand-written"), text("1.0.0"), text("By hand"), text("Written by hand.")];
    let tool = [text("act"), text("Acts."), text(r#"{"type": "object"}"#)];
    let module = format!(
        r#"(module
            (memory (export "memory") 2)
            (global $free (mut i32) (i32.const 65536))
            {declarations}
            (export "cabi_realloc" (func $allocate))
            (func (export "wheelhouse:plugin/plugin@0.1.0#describe") (result i32) (i32.const {DESCRIPTION}))
            (func (export "wheelhouse:plugin/tools@0.1.0#list-tools") (result i32) (i32.const {TOOLS}))
            (func (export "wheelhouse:plugin/tools@0.1.0#call-tool") (param i32) (result i32)
                (call $act) (i32.const {OUTCOME}))
            (data (i32.const {TEXTS}) "{}")
            (data (i32.const {DESCRIPTION}) "{}")
            (data (i32.const {TOOLS}) "{}")
            (data (i32.const {TOOL}) "{}"))"#,
        escaped(texts.as_bytes()),
        words(description.as_flattened()),
        words(&[TOOL, 1]),
        words(tool.as_flattened()),
    );
    let mut module = wat::parse_str(&module).unwrap();
    let mut contract = Resolve::default();
    let (package, _) =
        contract.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit")).unwrap();
    let world = contract.select_world(&[package], Some("tool-provider")).unwrap();
    embed_component_metadata(&mut module, &contract, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

// Places in the module's memory.
const TEXTS: u32 = 1024;
const DESCRIPTION: u32 = 2048;
const TOOLS: u32 = 3072;
const TOOL: u32 = 4096;
const OUTCOME: u32 = 5120;

fn words(words: &[u32]) -> String {
    escaped(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>())
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

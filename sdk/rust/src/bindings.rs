//! The contract's interfaces in Rust, made from `sdk/wit`.
//!
//! One world an export: `export!` of a world puts that world, and only that, into the component that calls it. Imports
//! that a plugin does not use are dropped when the component is linked.
#![allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

/// What plugins may import, and the types that everything shares.
pub mod imports {
    wit_bindgen::generate!({
        inline: "
            package wheelhouse:rust-imports;
            world imports {
                import wheelhouse:plugin/types@0.1.0;
                import wheelhouse:plugin/documents@0.1.0;
                import wheelhouse:plugin/http@0.1.0;
                import wasi:config/store@0.2.0-rc.1;
            }
        ",
        path: "../wit",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
    });
}

/// Exports `plugin`.
pub mod plugin {
    wit_bindgen::generate!({
        inline: "package wheelhouse:rust-plugin; world plugin { export wheelhouse:plugin/plugin@0.1.0; }",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export_plugin",
        additional_derives: [PartialEq],
        generate_all,
    });
}

/// Exports `tools`.
pub mod tools {
    wit_bindgen::generate!({
        inline: "package wheelhouse:rust-tools; world tools { export wheelhouse:plugin/tools@0.1.0; }",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export_tools",
        additional_derives: [PartialEq],
        with: { "wheelhouse:plugin/types@0.1.0": crate::bindings::imports::wheelhouse::plugin::types },
        generate_all,
    });
}

/// Exports `routes`.
pub mod routes {
    wit_bindgen::generate!({
        inline: "package wheelhouse:rust-routes; world routes { export wheelhouse:plugin/routes@0.1.0; }",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export_routes",
        additional_derives: [PartialEq],
        with: { "wheelhouse:plugin/types@0.1.0": crate::bindings::imports::wheelhouse::plugin::types },
        generate_all,
    });
}

/// Exports `speech`.
pub mod speech {
    wit_bindgen::generate!({
        inline: "package wheelhouse:rust-speech; world speech { export wheelhouse:plugin/speech@0.1.0; }",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export_speech",
        with: { "wheelhouse:plugin/types@0.1.0": crate::bindings::imports::wheelhouse::plugin::types },
        generate_all,
    });
}

/// Exports `chat`.
pub mod chat {
    wit_bindgen::generate!({
        inline: "package wheelhouse:rust-chat; world chat { export wheelhouse:plugin/chat@0.1.0; }",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export_chat",
        with: { "wheelhouse:plugin/types@0.1.0": crate::bindings::imports::wheelhouse::plugin::types },
        generate_all,
    });
}

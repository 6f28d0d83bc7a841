//! From file to catalog, and what is refused on the way.

use std::collections::BTreeMap;

use wheelhouse_core::plugin::{Export, PluginState};
use wheelhouse_guests::guest;
use wheelhouse_runtime::PluginConfig;

use crate::support::{Setup, ann, bundle, renamed};

#[tokio::test]
async fn a_dropped_in_component_brings_its_tools_and_routes() {
    let host = Setup::new(&["echo"]).grant("echo", &["public"]).start().await;
    let status = host.status("echo");
    assert_eq!(status.state, PluginState::Active);
    assert_eq!(status.info.as_ref().unwrap().version.to_string(), "1.2.3");
    assert_eq!(status.tools, ["echo", "change_thing"]);
    assert_eq!(status.routes, ["GET /api/v1/echo", "PATCH /api/v1/things/{id}", "POST /api/v1/raw/{name}"]);
    assert_eq!(status.problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_plugin_is_listed_with_its_exports_before_it_is_loaded() {
    let setup = Setup::new(&["echo", "speaks", "chats"]);
    let host = setup.begin().unwrap();
    let exports: Vec<Vec<Export>> =
        host.catalog().current().plugins().iter().map(|status| status.exports.clone()).collect();
    assert_eq!(exports, [vec![Export::Chat], vec![Export::Tools, Export::Routes], vec![Export::Speech]]);
}

/// Starts with one bad file beside a good one: the reason that the bad one is refused with.
async fn refusal(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let host = Setup::new(&["echo"]).file(name, bytes).start().await;
    host.assert_unharmed().await;
    host.refusal(name).to_owned()
}

#[tokio::test]
async fn a_file_that_is_no_webassembly_is_refused() {
    assert!(refusal("notes.wasm", "not a plugin").await.contains("not WebAssembly"));
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    assert!(refusal("empty.wasm", "").await.contains("empty"));
}

#[tokio::test]
async fn a_core_module_is_refused() {
    assert!(refusal("module.wasm", b"\0asm\x01\0\0\0").await.contains("core WebAssembly module"));
}

#[tokio::test]
async fn a_truncated_component_is_refused() {
    let bytes = guest("traps").bytes;
    assert!(refusal("half.wasm", &bytes[..bytes.len() / 2]).await.contains("cut off"));
    assert!(refusal("most.wasm", &bytes[..bytes.len() - 1]).await.contains("cut off"));
}

#[tokio::test]
async fn a_component_with_damaged_code_is_refused() {
    let mut bytes = guest("traps").bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    assert!(refusal("damaged.wasm", bytes).await.contains("cannot be compiled"));
}

#[tokio::test]
async fn a_component_that_exports_nothing_known_is_refused() {
    assert!(
        refusal("x.wasm", guest("exports_nothing").bytes).await.contains("nothing that this host could use")
    );
}

#[tokio::test]
async fn a_component_of_another_contract_version_is_refused() {
    let reason = refusal("x.wasm", renamed("traps", "/tools@0.1.0", "/tools@0.9.0")).await;
    assert!(reason.contains("contract 0.9.0"), "{reason}");
}

#[tokio::test]
async fn a_component_that_imports_what_the_host_has_not_is_refused() {
    let reason = refusal("x.wasm", renamed("traps", "wasi:cli/environment@", "wasi:cli/environmens@")).await;
    assert!(reason.contains("does not fit this host") && reason.contains("wasi:cli/environmens"), "{reason}");
}

#[tokio::test]
async fn a_plugin_that_traps_in_describe_is_refused() {
    let reason = refusal("x.wasm", guest("traps_in_describe").bytes).await;
    assert!(reason.contains("when it was asked what it is"), "{reason}");
}

#[tokio::test]
async fn a_plugin_that_never_describes_itself_is_refused() {
    let host = Setup::new(&["sleeps_in_describe"]).config(|config| config.describe_ms = 300).start().await;
    let reason = host.refusal("sleeps_in_describe.wasm");
    assert!(
        reason.contains("when it was asked what it is") && reason.contains("took longer than 300 ms"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_plugin_with_a_bad_description_is_refused_with_all_that_is_wrong() {
    let reason = refusal("x.wasm", guest("describes_badly").bytes).await;
    assert!(reason.contains("`Not Kebab`") && reason.contains("`one`"), "{reason}");
}

#[tokio::test]
async fn a_plugin_that_asks_for_something_unknown_is_refused() {
    let reason = refusal("x.wasm", guest("asks_for_the_moon").bytes).await;
    assert!(reason.contains("asks for `moon`"), "{reason}");
}

#[tokio::test]
async fn a_plugin_with_ten_thousand_tools_is_refused() {
    let reason = refusal("x.wasm", guest("declares_too_many_tools").bytes).await;
    assert!(reason.contains("more than 256 tools"), "{reason}");
}

#[tokio::test]
async fn a_schema_that_is_elsewhere_is_refused_and_not_fetched() {
    let reason = refusal("x.wasm", guest("refers_elsewhere").bytes).await;
    assert!(
        reason.contains("`elsewhere`") && reason.contains("schema.json`, which is not inside it"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_schema_with_more_patterns_than_the_host_has_room_for_is_refused() {
    let reason = refusal("x.wasm", guest("has_huge_patterns").bytes).await;
    assert!(reason.contains("`takes_a_word`") && reason.contains("beyond the 256"), "{reason}");
}

#[tokio::test]
async fn a_route_on_a_path_of_the_host_is_refused() {
    let reason = refusal("x.wasm", guest("takes_a_path_of_the_host").bytes).await;
    assert!(reason.contains("`/auth`"), "{reason}");
}

#[tokio::test]
async fn of_two_plugins_with_one_id_the_first_file_stays() {
    let host = Setup::new(&["echo", "takes_an_id"]).start().await;
    assert!(host.refusal("takes_an_id.wasm").contains("taken by `echo.wasm`"));
    host.assert_serves().await;
}

#[tokio::test]
async fn a_bundled_plugin_comes_before_a_file_with_its_id() {
    let mut setup = Setup::new(&[]).file("a.wasm", guest("takes_an_id").bytes);
    setup.bundled = bundle(&[("echo", "echo")]);
    let host = setup.start().await;
    assert!(host.refusal("a.wasm").contains("taken by a bundled plugin"));
    host.assert_serves().await;
}

#[tokio::test]
async fn a_bundled_plugin_of_another_name_is_refused() {
    let mut setup = Setup::new(&[]);
    setup.bundled = bundle(&[("parrot", "echo")]);
    let host = setup.start().await;
    let PluginState::Refused { reason } = &host.catalog.plugins()[0].state else {
        panic!("{:?}", host.catalog.plugins());
    };
    assert!(reason.contains("calls itself `echo`"));
}

#[tokio::test]
async fn a_tool_whose_name_is_taken_is_left_out() {
    let host = Setup::new(&["echo", "takes_a_tool"]).start().await;
    let status = host.status("takes-a-tool");
    assert_eq!(status.state, PluginState::Active);
    assert!(status.tools.is_empty() && status.problems[0].contains("`echo`"), "{status:?}");
    host.assert_serves().await;
}

#[tokio::test]
async fn a_route_that_is_taken_is_left_out() {
    let host = Setup::new(&["echo", "takes_a_route"]).start().await;
    let status = host.status("takes-a-route");
    assert_eq!(status.tools, ["echo_again"]);
    assert!(status.routes.is_empty() && status.problems[0].contains("GET /api/v1/echo"), "{status:?}");
}

#[tokio::test]
async fn a_plugin_that_is_switched_off_says_where() {
    let mut setup = Setup::new(&["echo"]);
    let off = PluginConfig { enabled: false, ..PluginConfig::default() };
    setup.plugins = BTreeMap::from([("echo".to_owned(), off)]);
    let host = setup.start().await;
    assert!(host.refusal("echo.wasm").contains("[plugins.echo]"));
    assert!(host.catalog.tool("echo").is_none());
}

#[tokio::test]
async fn plugins_serve_side_by_side_however_many_there_are() {
    let mut setup = Setup::new(&["echo"]);
    assert_eq!(guest("numbered").bytes.len(), wheelhouse_guests::numbered(1).len());
    let names: Vec<String> = (1..=20).map(|number| format!("numbered{number:04}")).collect();
    for (name, number) in names.iter().zip(1..) {
        setup = setup.file(&format!("{name}.wasm"), wheelhouse_guests::numbered(number));
    }
    let host = setup.start().await;
    for (name, number) in names.iter().zip(1..) {
        let answer = host.call(&ann(), name, serde_json::json!({})).await.unwrap();
        assert_eq!(answer.text, format!("I am {number:04}."));
        assert_eq!(host.status(&format!("numbered-{number:04}")).routes.len(), 1);
    }
    assert_eq!(host.host.generations(), 21);
}

#[tokio::test]
async fn a_component_larger_than_allowed_is_refused() {
    let host = Setup::new(&["echo"]).config(|config| config.pool.component_bytes = 1000).start().await;
    assert!(host.refusal("echo.wasm").contains("runtime.pool.component_bytes"));
}

#[tokio::test]
async fn no_folder_is_an_empty_folder() {
    let setup = Setup::new(&[]);
    std::fs::remove_dir(setup.folder.path()).unwrap();
    assert!(setup.start().await.catalog.plugins().is_empty());
}

#[tokio::test]
async fn a_configuration_with_problems_stops_the_start() {
    let setup = Setup::new(&[]).config(|config| config.limits.memory_bytes = u64::MAX);
    let failure = setup.begin().err().unwrap();
    assert!(failure.message.contains("runtime.limits.memory_bytes"), "{failure}");
}

#[test]
fn outside_of_a_runtime_the_start_fails() {
    assert!(Setup::new(&[]).begin().is_err());
}

// The world of a component: what the plugin brings is exported, what it asks for is imported, and nothing else.

/** What the world is called. */
export const NAME = "plugin-component";

/** Imports of every component: its log, and randomness. */
const ALWAYS = {
  stdout: "wasi:cli/stdout@0.2.12",
  stderr: "wasi:cli/stderr@0.2.12",
  random: "wasi:random/random@0.2.12",
};

/** The interface that an import of a plugin is. */
const interfaceOf = (name) =>
  name === "settings" ? "wasi:config/store@0.2.0-rc.1" : `wheelhouse:plugin/${name}@0.1.0`;

/** The world in WIT. */
export function text(plugin) {
  const imports = [...Object.values(ALWAYS), ...plugin.imports().map(interfaceOf)];
  const exports = ["plugin", ...plugin.exports()].map(interfaceOf);
  const lines = [...imports.map((name) => `  import ${name};`), ...exports.map((name) => `  export ${name};`)];
  return ["package wheelhouse:built;", "", `world ${NAME} {`, ...lines, "}", ""].join("\n");
}

/** The interfaces that no file has: they are there when the component is linked. */
export const external = ["wheelhouse:*", "wasi:*"];

/** The module that a component is made of: connects the imports, imports the author's, and has the exports. */
export function entry(plugin, module, kit) {
  const always = Object.entries(ALWAYS);
  const asked = plugin.imports();
  // Modules run in the order of their imports: the globals are there before the author's module.
  const first = [
    ...always.map(([name, id]) => `import ${name} from "${id}";`),
    `import { install } from ${JSON.stringify(`${kit}/guest/globals.js`)};`,
    "install({ stdout, stderr, random });",
  ];
  const second = [
    'import "./globals.js";',
    ...asked.map((name) => `import ${name}Import from "${interfaceOf(name)}";`),
    `import { connect } from ${JSON.stringify(`${kit}/host.js`)};`,
    `import * as imports from ${JSON.stringify(`${kit}/guest/imports.js`)};`,
    `import * as component from ${JSON.stringify(`${kit}/guest/component.js`)};`,
    `import { built } from ${JSON.stringify(`${kit}/guest/globals.js`)};`,
    `import author from ${JSON.stringify(module)};`,
    `connect({ ${asked.map((name) => `${name}: imports.${name}(${name}Import)`).join(", ")} });`,
    ...["plugin", ...plugin.exports()].map((name) => `export const ${name} = component.${name}(author);`),
    "built();",
  ];
  return { "globals.js": first.join("\n"), "entry.js": second.join("\n") };
}

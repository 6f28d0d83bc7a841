// The kit's types. What each thing does stands with its code in ../src.

export * from "./call.js";
export * from "./chat.js";
export * from "./documents.js";
export * from "./failure.js";
export * from "./fields.js";
export * from "./money.js";
export * from "./outside.js";
export * from "./plugin.js";
export * from "./route.js";
export * from "./speech.js";
export * from "./tool.js";

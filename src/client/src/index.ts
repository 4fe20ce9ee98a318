export { createClient } from "./client.js";
export type { ClientOptions, MnemeClient } from "./client.js";
export { MnemeError } from "./errors.js";
export type { FieldError } from "./errors.js";
export type { ServerSentEvent } from "./events.js";
export type { components, paths } from "./schema.js";
export type { AnswerOf, InitOf, ItemOf, Method, PathWith } from "./types.js";

import type { SessionStore } from "../../memory/sessions/ports.js";
import { portOf } from "../port.js";
import { append } from "./append.js";
import type { SessionDeps } from "./deps.js";
import { due } from "./due.js";
import { list } from "./list.js";
import { claim, postpone, settle } from "./promote.js";
import { messages } from "./read.js";
import { remove } from "./remove.js";
import { places, stored, treat } from "./treat.js";

/** Sessions in hashes and streams: each method is one script. */
export const createSessionStore = (deps: SessionDeps): SessionStore =>
  portOf(deps, { append, messages, list, remove, claim, settle, postpone, due, places, stored, treat });

import type { SessionStore } from "../../memory/sessions/ports.js";
import { append } from "./append.js";
import type { SessionDeps } from "./deps.js";
import { due } from "./due.js";
import { list } from "./list.js";
import { claim, postpone, settle } from "./promote.js";
import { messages } from "./read.js";
import { remove } from "./remove.js";

/** Sessions in hashes and streams: each method is one script. */
export function createSessionStore(deps: SessionDeps): SessionStore {
  return {
    append: (trail, ref, drafts) => append(deps, trail, ref, drafts),
    messages: (trail, ref, query) => messages(deps, trail, ref, query),
    list: (trail, namespace, limit, before) => list(deps, trail, namespace, limit, before),
    remove: (trail, ref, derived) => remove(deps, trail, ref, derived),
    claim: (ref, leaseMs) => claim(deps, ref, leaseMs),
    settle: (trail, held, summary) => settle(deps, trail, held, summary),
    postpone: (held, at) => postpone(deps, held, at),
    due: (now, limit) => due(deps, now, limit),
  };
}

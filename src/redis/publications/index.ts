import type { PublicationStore } from "../../memory/ports/publications.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import {
  noteUnpublished,
  notePublication,
  pendingPublications,
  postponePublications,
  publicationsOf,
  publishMinTrust,
  settlePublication,
} from "./publications.js";

/** A memory's copies in other namespaces: noted on the records themselves. */
export function createPublicationStore(deps: StoreDeps): PublicationStore {
  return portOf(deps, {
    notePublication,
    noteUnpublished,
    settlePublication,
    postponePublications,
    publicationsOf,
    pendingPublications,
    publishMinTrust,
  });
}

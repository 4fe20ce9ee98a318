import type { TrustStore } from "../../memory/ports/trust.js";
import type { StoreDeps } from "../deps.js";
import { portOf } from "../port.js";
import { comparisonOf, corroborate, pendingCorroborations, postponeCorroboration } from "./corroborations.js";
import { noteFeedback, pendingFeedback, postponeFeedback, release, settleFeedback } from "./feedback.js";

/** Feedback on memories, and corroborations: noted on the records themselves. */
export function createTrustStore(deps: StoreDeps): TrustStore {
  return portOf(deps, {
    noteFeedback,
    settleFeedback,
    pendingFeedback,
    postponeFeedback,
    release,
    pendingCorroborations,
    comparisonOf,
    corroborate,
    postponeCorroboration,
  });
}

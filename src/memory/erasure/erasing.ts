import type { LifecycleStore } from "../ports/lifecycle.js";
import type { SearchStore } from "../ports/search.js";
import type { Carrying } from "../publish/carry-publication.js";
import type { Using } from "../services.js";

/** Dependencies of the handling of derived memories. */
export type Erasing = Carrying &
  Using<SearchStore & Pick<LifecycleStore, "defaultsOf">, "archive" | "countTokens" | "erasures">;

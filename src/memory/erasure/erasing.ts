import type { SearchStore } from "../ports/search.js";
import type { Carrying } from "../publish/carry-publication.js";
import type { Using } from "../services.js";

/** What it takes to go through what was derived of something deleted. */
export type Erasing = Carrying & Using<SearchStore, "countTokens" | "erasures">;

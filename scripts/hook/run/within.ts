/** After this time since a hook's process began, the turn goes on without memories, unless another is set. */
export const WITHIN_MS = 300;

/** Below what the clients wait for a hook. */
export const LONGEST_WITHIN_MS = 10_000;

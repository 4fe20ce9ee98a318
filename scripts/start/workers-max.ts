/** The most workers of one port. */
export const MAX_WORKERS = 64;

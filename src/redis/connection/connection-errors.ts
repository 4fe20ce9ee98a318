/** node-redis's own errors for a connection that is lost, closed, or not there yet. */
const CONNECTION_ERRORS = new Set([
  "ClientClosedError",
  "ClientOfflineError",
  "ConnectionTimeoutError",
  "DisconnectsClientError",
  "SocketClosedUnexpectedlyError",
  "SocketTimeoutError",
  "TimeoutError",
]);

/** Whether a connection couldn't be made or was lost, in the words of node-redis or of the system. */
export function isConnectionError(error: Error): boolean {
  return CONNECTION_ERRORS.has(error.constructor.name) || "syscall" in error;
}

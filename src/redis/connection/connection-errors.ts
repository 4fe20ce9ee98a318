/** node-redis's own errors for a connection that is lost, closed, or not there yet. */
const CONNECTION_ERRORS = new Set([
  "ClientClosedError",
  "ClientOfflineError",
  "ConnectionTimeoutError",
  "DisconnectsClientError",
  // No node of a cluster says where its slots are.
  "RootNodesUnavailableError",
  "SocketClosedUnexpectedlyError",
  "SocketTimeoutError",
  "TimeoutError",
]);

/** What Node and OpenSSL say of a certificate that they refuse, and of a handshake that fails. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH)/;

/** Whether a connection couldn't be made or was lost, in the words of node-redis or of the system. */
export function isConnectionError(error: Error): boolean {
  // Of a name with several addresses.
  if (error instanceof AggregateError) {
    const each: readonly unknown[] = error.errors;
    return each.every((one) => one instanceof Error && isConnectionError(one));
  }
  if (CONNECTION_ERRORS.has(error.constructor.name) || "syscall" in error) return true;
  return "code" in error && TLS_CODE.test(String(error.code));
}

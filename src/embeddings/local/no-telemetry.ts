/**
 * Keeps ONNX Runtime from reporting to its maker. Since 1.29 its builds for Linux send session data, and keep a device
 * id in the user's cache folder, unless this variable is set when the library is loaded. It reads the process's own
 * environment, which a worker thread can't change: so call this on the main thread, before the worker starts.
 */
export function disableRuntimeTelemetry(): void {
  // oxlint-disable-next-line node/no-process-env -- the library offers no other switch to Node
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
}

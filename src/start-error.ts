/** An error that keeps the service from starting and that the operator can fix: only its message is shown. */
export class StartError extends Error {
  override readonly name: string = "StartError";
}

/** What keeps the service from starting and whoever starts it can mend: its message is all that is shown of it. */
export class StartError extends Error {
  override readonly name: string = "StartError";
}

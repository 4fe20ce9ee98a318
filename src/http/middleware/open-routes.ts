/** Routes that show nothing of what is stored. Everything else, routes that don't exist included, takes a key. */
const OPEN = /^\/(healthz|readyz|openapi\.json|docs(\/.*)?)$/;

export function isOpen(path: string): boolean {
  return OPEN.test(path);
}

/**
 * The normal form of a name (of agents, subjects, predicates, objects): Unicode NFKC, case, and white space at the ends
 * and in runs. Names are always compared in this form, and shown as written. Idempotent.
 */
export function normaliseName(name: string): string {
  // Lower case can undo a composition (İ), so it is composed once more.
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim().replaceAll(/\s+/g, " ");
}

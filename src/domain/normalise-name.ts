/**
 * What makes two names (of agents, subjects, predicates, objects) the same: Unicode NFKC, case, and white space at the ends and
 * in runs. Everything that compares names compares these; what is shown is what was written. Applied twice, it is as
 * applied once.
 */
export function normaliseName(name: string): string {
  // Lower case can undo a composition (İ), so it is composed once more.
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim().replaceAll(/\s+/g, " ");
}

/** Whether a name can't be a part of a URL's path, however it's encoded: every client resolves `.` and `..`. */
export function isDotPart(name: string): boolean {
  return name === "." || name === "..";
}

export const DOT_PART = "Must not be . or .., because a URL path can't contain them.";

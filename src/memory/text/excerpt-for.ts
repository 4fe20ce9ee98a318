/** The length of an excerpt, in characters. */
const LENGTH = 160;

/** The beginning of a text on one line, cut between words where it can be; a cut text ends in an ellipsis. */
export function excerptFor(text: string): string {
  // A long text is cut first: it may be one long run of white space.
  const line = text
    .slice(0, 4 * LENGTH)
    .trim()
    .replaceAll(/\s+/g, " ");
  if (line.length <= LENGTH && text.length <= 4 * LENGTH) return line;
  const cut = line.slice(0, LENGTH).replace(/[\uD800-\uDBFF]$/, "");
  const word = cut.lastIndexOf(" ");
  return `${word > LENGTH / 2 ? cut.slice(0, word) : cut}…`;
}

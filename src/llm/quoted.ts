/**
 * A caller's text as data for a model: a JSON string between marks. It can't hold the closing mark, because every `<`
 * in it is escaped.
 */
export function quoted(text: string): string {
  return `<data>\n${JSON.stringify(text).replaceAll("<", "\\u003c")}\n</data>`;
}

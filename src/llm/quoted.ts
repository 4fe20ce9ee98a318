import { visibleJson } from "../domain/visible.js";

/** A caller's text as data for a model: a JSON string between marks, of which it can hold none, all of it visible. */
export function quoted(text: string): string {
  return `<data>\n${visibleJson(text)}\n</data>`;
}

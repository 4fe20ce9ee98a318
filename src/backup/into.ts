import { scopeOf } from "../access/grants.js";
import { invalid } from "../domain/errors.js";
import type { ContentLine, ManifestLine, MemoryLine } from "./lines.js";

/**
 * A line of an export as it is written into another namespace, with what lies below. Ids stay, so that what refers to each other
 * still does; links to other namespaces are cut: the originals keep them.
 */
export function intoNamespace(
  line: ContentLine,
  { namespaces }: ManifestLine,
  into: string | undefined,
): ContentLine {
  if (into === undefined) return line;
  const [pattern, ...others] = namespaces;
  const { root } = scopeOf(pattern ?? "**");
  if (root === "" || others.length > 0) {
    throw invalid(
      "into",
      "Only an export of one namespace, or of one pattern such as acme.**, can be imported into another namespace.",
    );
  }
  if (line.namespace !== root && !line.namespace.startsWith(`${root}.`)) {
    throw invalid("namespace", "The namespace isn't among those of the manifest.");
  }
  const namespace = into + line.namespace.slice(root.length);
  return line.kind === "memory" ? movedMemory(line, namespace) : { ...line, namespace };
}

function movedMemory(line: MemoryLine, namespace: string): MemoryLine {
  const { published: _, ...rest } = line;
  const { origin } = line.memory;
  const memory = origin === null ? line.memory : { ...line.memory, origin: { ...origin, follow: false } };
  return { ...rest, namespace, memory };
}

import { scopeOf } from "../access/grants.js";
import { invalid } from "../domain/errors.js";
import type { ReceiptHit } from "../memory/ports/receipts.js";
import type { ContentLine, ManifestLine, MemoryLine, ReceiptLine } from "./lines.js";

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
  const namespace = movedName(rootOf(namespaces), line.namespace, into);
  if (namespace === undefined) {
    throw invalid("namespace", "The namespace isn't among those of the manifest.");
  }
  return line.kind === "memory" ? movedMemory(line, namespace) : { ...line, namespace };
}

/** Undefined: the recall asked for other namespaces too, or its hits name others. */
export function receiptInto(
  { kind, receipt }: ReceiptLine,
  { namespaces }: ManifestLine,
  into: string | undefined,
): ReceiptLine | undefined {
  if (into === undefined) return { kind, receipt };
  const root = rootOf(namespaces);
  const asked = receipt.request.namespaces.flatMap((name) => movedName(root, name, into) ?? []);
  const hits = receipt.hits.flatMap((hit) => movedHit(root, hit, into) ?? []);
  if (asked.length < receipt.request.namespaces.length || hits.length < receipt.hits.length) return undefined;
  return { kind, receipt: { ...receipt, hits, request: { ...receipt.request, namespaces: asked } } };
}

/** With the memories that it stands for; its turns are of its own namespace. */
function movedHit(root: string, hit: ReceiptHit, into: string): ReceiptHit | undefined {
  const namespace = movedName(root, hit.namespace, into);
  const also = hit.also?.flatMap((other) => {
    const name = movedName(root, other.namespace, into);
    return name === undefined ? [] : [{ ...other, namespace: name }];
  });
  if (namespace === undefined || also?.length !== hit.also?.length) return undefined;
  return { ...hit, namespace, ...(also === undefined ? {} : { also }) };
}

function rootOf([pattern, ...others]: readonly string[]): string {
  const { root } = scopeOf(pattern ?? "**");
  if (root !== "" && others.length === 0) return root;
  throw invalid(
    "into",
    "Only an export of one namespace, or of one pattern such as acme.**, can be imported into another namespace.",
  );
}

/** Of a namespace, or a pattern; undefined: it doesn't lie below. */
function movedName(root: string, name: string, into: string): string | undefined {
  return name === root || name.startsWith(`${root}.`) ? into + name.slice(root.length) : undefined;
}

function movedMemory(line: MemoryLine, namespace: string): MemoryLine {
  const { published: _, ...rest } = line;
  const { origin } = line.memory;
  const memory = origin === null ? line.memory : { ...line.memory, origin: { ...origin, follow: false } };
  return { ...rest, namespace, memory };
}

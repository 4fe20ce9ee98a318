import { DomainError } from "../../domain/errors.js";

/** Undefined if a caller's vector fits the stored ones. */
export function checkOwnEmbedding(
  model: { readonly id: string; readonly dimensions: number } | undefined,
  vector: Float32Array,
  name: string | undefined,
): DomainError | undefined {
  const refuse = (message: string): DomainError =>
    new DomainError("embedding_mismatch", message, { errors: [{ field: "embedding", message }] });
  if (model === undefined)
    return refuse("This deployment has no embedding model, so it doesn't accept vectors.");
  if (name !== undefined && name !== model.id)
    return refuse(`This deployment embeds with model "${model.id}". Send vectors of that model.`);
  if (vector.length !== model.dimensions) {
    return refuse(`The model "${model.id}" has ${model.dimensions} dimensions, not ${vector.length}.`);
  }
  return undefined;
}

import { DomainError } from "../../domain/errors.js";

/** Undefined if a caller's vector can stand beside the stored ones. */
export function checkOwnEmbedding(
  model: { readonly id: string; readonly dimensions: number } | undefined,
  vector: Float32Array,
  name: string | undefined,
): DomainError | undefined {
  const refuse = (message: string): DomainError =>
    new DomainError("embedding_mismatch", message, { errors: [{ field: "embedding", message }] });
  if (model === undefined) return refuse("This service has no embedding model, so it can't take vectors.");
  if (name !== undefined && name !== model.id)
    return refuse(`The vectors here are of the model "${model.id}".`);
  if (vector.length !== model.dimensions) {
    return refuse(`The model "${model.id}" has ${model.dimensions} dimensions, not ${vector.length}.`);
  }
  return undefined;
}

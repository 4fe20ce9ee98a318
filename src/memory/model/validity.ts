import type { Memory } from "./record.js";
import { invalid } from "../../domain/errors.js";

export function checkValidity({ valid_from, valid_to }: Pick<Memory, "valid_from" | "valid_to">): void {
  if (valid_from !== null && valid_to !== null && valid_from >= valid_to) {
    throw invalid("valid_to", "Must lie after valid_from.");
  }
}

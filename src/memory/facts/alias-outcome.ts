import { DomainError, entityNotFound } from "../../domain/errors.js";
import { LIMITS } from "../../domain/limits.js";
import type { AliasOutcome, Entity } from "../ports/facts.js";

export function entityOf(outcome: AliasOutcome): Entity {
  switch (outcome.kind) {
    case "done":
      return outcome.entity;
    case "missing":
      throw entityNotFound();
    case "taken":
      throw new DomainError(
        "alias_conflict",
        `"${outcome.name}" is already a name of another entity. Merge the two entities instead.`,
      );
    case "too_many":
      throw new DomainError("alias_conflict", `An entity can have at most ${LIMITS.aliases} names.`);
  }
}

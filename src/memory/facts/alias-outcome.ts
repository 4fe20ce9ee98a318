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
        `"${outcome.name}" is a name of another entity: merge the two.`,
      );
    case "too_many":
      throw new DomainError("alias_conflict", `An entity has at most ${LIMITS.aliases} names.`);
  }
}

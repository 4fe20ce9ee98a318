import { DomainError } from "../../domain/errors.js";

export function migrationMissing(): DomainError {
  return new DomainError("not_found", "There is no such embedding migration. Only the latest one is kept.");
}

export function migrationUnfit(message: string): DomainError {
  return new DomainError("migration_unfit", message);
}

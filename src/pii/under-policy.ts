import { DomainError } from "../domain/errors.js";

/** Nothing was written: the texts were treated by settings that the namespace no longer has. */
export class PolicyChanged extends DomainError {
  constructor(cause: unknown) {
    super("settings_conflict", "The settings of this namespace keep changing. Send the request again.", {
      cause,
      retryAfterSeconds: 1,
    });
  }
}

/** Settings change rarely, so the second try is the last one almost always. */
const ATTEMPTS = 5;

/**
 * Treats and writes, again if the settings changed in between: what is written by former settings could come after
 * `pii/apply` has rewritten everything. `write` names the settings in its trail; `forget` drops those that are cached.
 */
export async function underPolicy<T>(write: () => Promise<T>, forget: () => void = () => {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof PolicyChanged) || attempt === ATTEMPTS) throw error;
      forget();
    }
  }
}

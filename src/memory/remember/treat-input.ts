import type { PhoneChecks } from "../../pii/detect/phones.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { addCounts, redactRefused } from "../../pii/kinds.js";
import { keepShown, treat } from "../../pii/treat.js";
import type { Interaction } from "../model/record.js";
import type { Services } from "../services.js";
import { refuseTooLarge } from "../write/treated-content.js";
import type { RememberInput } from "./input.js";
import { interactionText } from "./interaction-text.js";

export interface TreatedInput {
  readonly input: RememberInput;
  /** Undefined: the namespace doesn't look for personal data. */
  readonly pii: PiiCounts | undefined;
}

/**
 * Treats personal data in all that a caller says, before it is hashed, embedded or stored. `own`: mneme itself writes
 * what was stored before, as a turn of a session, under other settings maybe. It isn't refused: that would be tried
 * again and again.
 */
export async function treatInput(
  services: Pick<Services, "vault">,
  namespace: string,
  wanted: PiiPolicy | undefined,
  input: RememberInput,
  own: boolean,
  checks: PhoneChecks,
): Promise<TreatedInput> {
  const policy = own ? redactRefused(wanted) : wanted;
  const { content, metadata, tags, fact, interaction } = input;
  if (policy === undefined) {
    await keepShown(services.vault, namespace, { content, metadata, tags, fact, interaction });
    return { input, pii: undefined };
  }
  const stated = fact && { subject: fact.subject, predicate: fact.predicate, object: fact.object };
  // The content of an interaction is made of its parts.
  const said = interaction === undefined ? { content, fact: stated } : { ...interaction };
  // One after the other: together, which of them uses up the checks would be chance, and so what a repeated write says.
  const main = await treat(services.vault, namespace, policy, said, checks);
  const around = await treat(services.vault, namespace, policy, { metadata, tags }, checks);
  const pii = addCounts(main.counts, around.counts);
  const common = {
    ...input,
    ...around.parts,
    tags: [...(around.parts.tags ?? []), ...main.tags, ...around.tags],
  };
  if (interaction !== undefined) {
    const treated = interactionOf(main.parts);
    return { input: { ...common, interaction: treated, content: interactionText(treated) }, pii };
  }
  const parts: { readonly content?: string | undefined; readonly fact?: typeof stated } = main.parts;
  if (!own) refuseTooLarge(parts.content);
  return {
    input: {
      ...common,
      content: parts.content,
      fact: fact && { ...fact, ...parts.fact },
      // The caller's vector says what the text no longer does.
      ...(parts.content === content ? {} : { embedding: undefined, embedding_model: undefined }),
    },
    pii,
  };
}

/** The parts of an interaction, treated: what is required of them is still there. */
const interactionOf = (parts: object): Interaction => parts as Interaction;

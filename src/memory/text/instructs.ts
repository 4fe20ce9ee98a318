const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,80}\b(?:instructions?|prompts?|rules?|guidelines|directions|above|previous)\b|\b(?:system|developer) (?:prompt|message)\b|\bnew instructions?\b|\b(?:respond|reply|answer|output|write|say) only\b|\byou are now\b|<\/?(?:system|data|instructions?)>|\[\/?INST\]|<\|[a-z_]+\|>/is;

/**
 * Whether a text instructs a model instead of stating something: the common words of a prompt injection. It knows only
 * these, so security can't rest on it alone.
 */
export function instructs(text: string): boolean {
  return INSTRUCTION.test(text);
}

import { fitLines, line } from "../text/lines.js";
import type { Interaction } from "../model/record.js";

/** The exchange as lines of text, within the limit of a content; long parts are cut, short ones stay whole. */
export function interactionText(interaction: Interaction): string {
  const lines = [
    line("User", interaction.input),
    line("Reasoning", interaction.reasoning),
    ...(interaction.tool_calls ?? []).flatMap((call) => [
      line(`Tool ${call.name}`, call.arguments ?? {}),
      line(`Tool ${call.name} returned`, call.result),
      line(`Tool ${call.name} failed`, call.error),
    ]),
    line("Assistant", interaction.response),
    line("Feedback", interaction.feedback),
  ];
  return fitLines(lines.filter((text) => text !== undefined));
}

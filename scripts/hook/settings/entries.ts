import { Failure } from "../../shell/failure.js";
import { MOMENTS, isFields } from "../clients/client.js";
import type { Client, Fields, Moment } from "../clients/client.js";

/** Its file's name tells a command of mneme from all others. */
export const HOOK_SCRIPT = "mneme-hook.js";

/** The settings with mneme's hooks, and without those of an earlier installation. */
export function withHooks(
  client: Client,
  settings: Fields,
  command: (moment: Moment) => string,
  file: string,
): Fields {
  const cleared = withoutHooks(client, settings, file);
  const hooks: Record<string, unknown> = { ...hooksOf(cleared, file) };
  for (const moment of MOMENTS) {
    const event = client.events[moment];
    hooks[event] = [...entriesOf(hooks, event, file), client.entry(command(moment))];
  }
  return { ...client.fresh, ...cleared, hooks };
}

/** The settings without mneme's hooks. An event that only they had is gone. */
export function withoutHooks(client: Client, settings: Fields, file: string): Fields {
  const { hooks: _, ...rest } = settings;
  const hooks: Record<string, unknown> = { ...hooksOf(settings, file) };
  for (const event of Object.values(client.events)) {
    const entries = entriesOf(hooks, event, file);
    const others = entries.filter((entry) => !client.commands(entry).some(isOwn));
    if (others.length === entries.length) continue;
    if (others.length === 0) delete hooks[event];
    else hooks[event] = others;
  }
  return Object.keys(hooks).length === 0 ? rest : { ...rest, hooks };
}

const isOwn = (command: string): boolean => command.includes(HOOK_SCRIPT);

function hooksOf(settings: Fields, file: string): Fields {
  const hooks = settings["hooks"] ?? {};
  if (!isFields(hooks)) throw new Failure(`${file}: "hooks" isn't an object. Nothing was changed.`);
  return hooks;
}

function entriesOf(hooks: Fields, event: string, file: string): readonly unknown[] {
  const entries = hooks[event] ?? [];
  if (!Array.isArray(entries)) {
    throw new Failure(`${file}: "hooks.${event}" isn't a list. Nothing was changed.`);
  }
  return entries;
}

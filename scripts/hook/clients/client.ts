/** The moments of a conversation that a hook is for: it begins, the user asks, the assistant has answered. */
export const MOMENTS = ["start", "prompt", "answer"] as const;

export type Moment = (typeof MOMENTS)[number];

export type Fields = Readonly<Record<string, unknown>>;

/** What a client tells a hook. What it doesn't tell is undefined. */
export interface Told {
  /** The client's id of the conversation. */
  readonly conversation: string | undefined;
  /** Folder in which the assistant works. */
  readonly folder: string | undefined;
  readonly prompt: string | undefined;
  readonly answer: string | undefined;
}

/** An assistant whose hooks mneme knows. */
export interface Client {
  /** The assistant's name for people. */
  readonly title: string;
  /** Its settings file for all projects of a user; `home` is the user's folder. */
  settingsFile(home: string, env: Readonly<Record<string, string | undefined>>): string;
  /** Its settings file for one project, below the project's folder. */
  readonly projectFile: string;
  /** Its name of each moment. */
  readonly events: Readonly<Record<Moment, string>>;
  /** Members of a settings file that has none yet. */
  readonly fresh: Fields;
  /** The entry of an event that runs a command. */
  entry(command: string): Fields;
  /** The commands of an entry, of mneme or of others. */
  commands(entry: unknown): readonly string[];
  told(input: Fields): Told;
  /** What a hook prints: the context for the model, if there is any. */
  printed(moment: Moment, context: string | undefined): string;
  /** What a user has to do or know after the installation. */
  readonly note: string;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

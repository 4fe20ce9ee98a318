export const integer = (reply: unknown): number => Number(reply);

export const text = (reply: unknown): string | undefined => (typeof reply === "string" ? reply : undefined);

export const texts = (reply: unknown): (string | undefined)[] =>
  Array.isArray(reply)
    ? reply.map((each: unknown) => (typeof each === "number" ? String(each) : text(each)))
    : [];

export const textsOrNone = (reply: unknown): (string | undefined)[] | undefined =>
  Array.isArray(reply) ? texts(reply) : undefined;

/** Of a hash, by name. */
export const fields = (reply: unknown): Record<string, string> => {
  const flat = texts(reply).map((value) => value ?? "");
  const entries = Array.from({ length: flat.length / 2 }, (_, index) => flat.slice(index * 2, index * 2 + 2));
  return Object.fromEntries(entries) as Record<string, string>;
};

/** Whatever it is, part by part. */
export const list = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : []);

export const fieldLists = (reply: unknown): Record<string, string>[] =>
  Array.isArray(reply) ? reply.map(fields) : [];

export const integers = (reply: unknown): (number | undefined)[] =>
  Array.isArray(reply) ? reply.map((value) => (value === null ? undefined : Number(value))) : [];

export const codeAndText = (reply: unknown): { code: number; text: string } => {
  const [code, rest] = Array.isArray(reply) ? reply : [reply];
  return { code: Number(code), text: String(rest ?? "") };
};

/** A code, and what goes with it. */
export const parts = (reply: unknown): readonly [number, ...string[]] => {
  if (!Array.isArray(reply)) throw new Error(`expected an array reply of a script, got ${typeof reply}`);
  const [code, ...rest] = reply as unknown[];
  return [Number(code), ...rest.map(String)];
};

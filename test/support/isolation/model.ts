import { randomBytes } from "node:crypto";
import type { Answer } from "../service/answer.js";

/** What a key may do, said once more and independently of the service's own code. */
export interface ModelGrant {
  readonly namespace: string;
  readonly verbs: readonly string[];
}

export interface Agent {
  readonly grants: readonly ModelGrant[];
  readonly key: string;
}

/** A text that only some may get to see. */
interface Secret {
  readonly text: string;
  readonly what: string;
  /** One for each memory that holds the text, or has it as its id: whoever satisfies one may read it. */
  readonly readableBy: ((agent: Agent) => boolean)[];
  /** Who has sent it, and so knows it. */
  readonly sentBy: Set<Agent>;
}

export interface KnownMemory {
  readonly namespace: string;
  readonly id: string;
  readonly content: string;
}

export function within(pattern: string, scope: string): boolean {
  if (pattern === "**") return true;
  if (!pattern.endsWith(".**")) return scope === pattern;
  const root = pattern.slice(0, -3);
  const inner = scope.endsWith(".**") ? scope.slice(0, -3) : scope;
  return inner === root || inner.startsWith(`${root}.`);
}

export function may({ grants }: Pick<Agent, "grants">, verb: string, scope: string): boolean {
  return grants.some(({ namespace, verbs }) => verbs.includes(verb) && within(namespace, scope));
}

/** Keeps book of who may know what, and holds every answer against that. */
export class World {
  readonly memories: KnownMemory[] = [];
  readonly cursors: string[] = [];
  /** Runs of consolidation. */
  readonly runs: { readonly namespace: string; readonly id: string }[] = [];
  readonly erasures: { readonly namespace: string; readonly id: string }[] = [];
  readonly deleted = new Set<string>();
  /** By memory id: where it stands, or stood, itself or as a copy. */
  readonly places = new Map<string, Set<string>>();
  readonly secrets: Secret[] = [];
  /** By id or namespace: in which namespaces somebody asked for it, so that their trails hold it. */
  readonly #asked = new Map<string, Set<string>>();
  readonly namespaces: readonly string[];

  constructor(namespaces: readonly string[]) {
    this.namespaces = namespaces;
  }

  fresh(what: string): string {
    return `${what}${randomBytes(8).toString("hex")}`;
  }

  /** Texts of a write that was accepted: readable to whoever may read where the memory stands. */
  wrote(
    by: Agent | undefined,
    namespace: string,
    id: string,
    content: string,
    texts: readonly string[],
  ): void {
    const places = this.places.get(id) ?? new Set();
    places.add(namespace);
    if (!this.places.has(id)) {
      this.places.set(id, places);
      this.memories.push({ namespace, id, content });
      this.#add(
        id,
        "id",
        by,
        (agent) =>
          this.#audits(agent, id) ||
          [...places].some((place) => agent.grants.some((grant) => within(grant.namespace, place))),
      );
    }
    for (const text of texts) {
      this.#add(text, `in ${namespace}`, by, (agent) =>
        [...places].some((place) => may(agent, "read", place)),
      );
    }
  }

  /** A text that isn't a memory's. */
  hide(text: string, what: string, by: Agent | undefined, readableBy: (agent: Agent) => boolean): void {
    this.#add(text, what, by, readableBy);
  }

  /** The texts that a content holds, which a second memory of the same content holds too. */
  textsIn(content: string): string[] {
    return this.secrets.map(({ text }) => text).filter((text) => content.includes(text));
  }

  #add(text: string, what: string, by: Agent | undefined, readable: (agent: Agent) => boolean): void {
    const known = this.secrets.find((secret) => secret.text === text);
    if (known === undefined) {
      this.secrets.push({ text, what, readableBy: [readable], sentBy: new Set(by ? [by] : []) });
      return;
    }
    known.readableBy.push(readable);
    if (by !== undefined) known.sentBy.add(by);
  }

  /** Throws if an answer holds anything that its receiver may not know, and didn't say itself. */
  check(agent: Agent, request: string, answer: Answer): void {
    this.#note(request);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const received = `${headers}\n${answer.text}`;
    for (const { text, what, readableBy, sentBy } of this.secrets) {
      if (request.includes(text)) sentBy.add(agent);
      else if (
        received.includes(text) &&
        !sentBy.has(agent) &&
        !readableBy.some((readable) => readable(agent))
      ) {
        throw new Error(
          `${request}\nreveals ${text} (${what}) to ${JSON.stringify(agent.grants)}:\n${received}`,
        );
      }
    }
    for (const namespace of this.namespaces) {
      if (request.includes(namespace) || !mentions(received, namespace)) continue;
      if (!this.#mayKnowOf(agent, namespace)) {
        throw new Error(`${request}\nreveals ${namespace} to ${JSON.stringify(agent.grants)}:\n${received}`);
      }
    }
  }

  /** Whoever administers a namespace sees in its trail what was asked of it. */
  #note(request: string): void {
    const [, place] = /^\S+ \/v1\/namespaces\/([^/]+)\//.exec(request) ?? [];
    if (place === undefined) return;
    for (const text of [...this.places.keys(), ...this.namespaces]) {
      if (!request.includes(text)) continue;
      const places = this.#asked.get(text) ?? new Set();
      this.#asked.set(text, places.add(place));
    }
  }

  #audits(agent: Agent, text: string): boolean {
    return [...(this.#asked.get(text) ?? [])].some((place) => may(agent, "admin", place));
  }

  /** By a grant, or because a memory is published from there or to there, from or to where the agent reads or administers. */
  #mayKnowOf(agent: Agent, namespace: string): boolean {
    return (
      agent.grants.some((grant) => within(grant.namespace, namespace)) ||
      this.#audits(agent, namespace) ||
      [...this.places.values()].some(
        (places) =>
          places.has(namespace) &&
          [...places].some((place) => may(agent, "read", place) || may(agent, "admin", place)),
      )
    );
  }
}

/** As a whole name, not as the beginning of another one. */
function mentions(text: string, namespace: string): boolean {
  const name = namespace.replaceAll(/[.]/g, String.raw`\.`);
  return new RegExp(`(^|[^A-Za-z0-9_.-])${name}($|[^A-Za-z0-9_.-])`).test(text);
}

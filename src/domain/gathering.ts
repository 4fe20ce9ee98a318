/** Puts asks of one turn of the event loop together while others are away: what one trip costs, they share. */
export interface Gathering<Ask, Answer> {
  ask(group: string, ask: Ask): Promise<Answer>;
}

export interface GatheringOptions<Ask, Answer> {
  /** Takes asks of a group together, and gives their answers in the same order. */
  readonly run: (group: string, asks: readonly [Ask, ...Ask[]]) => Promise<readonly Answer[]>;
  /** Asks that go together at most. */
  readonly most: number;
  /** Whether a failure may be that of one ask alone: then each of them goes once more, alone. */
  readonly apart: (error: unknown) => boolean;
}

interface Waiter<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Where fewer trips are away, an ask goes at once: to wait for the end of the turn takes one more look for what has come,
 * and few asks come in one turn.
 */
const AT_ONCE = 8;

export function createGathering<Ask, Answer>({
  run,
  most,
  apart,
}: GatheringOptions<Ask, Answer>): Gathering<Ask, Answer> {
  type Waiting = Waiter<Ask, Answer>;
  let waiting = new Map<string, Waiting[]>();
  /** Trips that aren't back. */
  let away = 0;

  function sendAll(): void {
    const groups = waiting;
    waiting = new Map();
    for (const [group, together] of groups) void send(group, together);
  }

  async function send(group: string, together: readonly Waiting[]): Promise<void> {
    const [first, ...others] = together;
    if (first === undefined) return;
    away++;
    try {
      const answers = await run(group, [first.ask, ...others.map(({ ask }) => ask)]);
      for (const [index, answer] of answers.entries()) together[index]?.resolve(answer);
      for (const { reject } of together.slice(answers.length))
        reject(new Error(`${together.length} asks got ${answers.length} answers.`));
    } catch (error) {
      if (others.length > 0 && apart(error)) for (const each of together) void send(group, [each]);
      else for (const { reject } of together) reject(error);
    } finally {
      away--;
    }
  }

  return {
    ask: (group, ask) =>
      new Promise((resolve, reject) => {
        if (away < AT_ONCE) {
          void send(group, [{ ask, resolve, reject }]);
          return;
        }
        if (waiting.size === 0) setImmediate(sendAll);
        const own = waiting.get(group) ?? [];
        waiting.set(group, own);
        own.push({ ask, resolve, reject });
        if (own.length < most) return;
        waiting.delete(group);
        void send(group, own);
      }),
  };
}

/** A call's tasks, taken one by one. */
interface Job<T> {
  readonly tasks: readonly T[];
  taken: number;
}

/** Calls wait in lanes: a task of an earlier lane always comes first; the calls of one lane take turns. */
export interface TurnQueue<T> {
  /** Number of a lane's calls with tasks that wait. */
  waitingIn(lane: number): number;
  /** Queues the tasks of one call; returns what takes the waiting ones out again. */
  add(lane: number, tasks: readonly T[]): () => void;
  next(): T | undefined;
  /** Empties the queue and gives back every task that waited. */
  drain(): T[];
}

/**
 * Turns keep a single short write from waiting behind an import of thousands that came before it.
 */
export function createTurnQueue<T>(lanes: number): TurnQueue<T> {
  const waiting: Job<T>[][] = Array.from({ length: lanes }, () => []);

  function next(): T | undefined {
    for (const lane of waiting) {
      const job = lane.shift();
      if (job === undefined) continue;
      const task = job.tasks[job.taken++];
      if (job.taken < job.tasks.length) lane.push(job);
      return task;
    }
    return undefined;
  }

  return {
    waitingIn: (lane) => waiting[lane]?.length ?? 0,
    add(lane, tasks) {
      const jobs = waiting[lane];
      if (jobs === undefined) throw new RangeError("no such lane");
      const job = { tasks, taken: 0 };
      if (tasks.length > 0) jobs.push(job);
      return () => {
        const at = jobs.indexOf(job);
        if (at >= 0) jobs.splice(at, 1);
      };
    },
    next,
    drain() {
      const tasks: T[] = [];
      for (let task = next(); task !== undefined; task = next()) tasks.push(task);
      return tasks;
    },
  };
}

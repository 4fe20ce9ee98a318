import type { MigrationProgress } from "../model/embedding-migration.js";
import type { MigrationStore, StoredText } from "../ports/migration.js";

export interface WalkOptions {
  readonly store: Pick<MigrationStore, "page" | "redisRun" | "count">;
  /** Where an earlier walk stopped. */
  readonly from: MigrationProgress;
  /** The most documents that are changed in a second; null: as many as leave half of the time to other work. */
  readonly rate: number | null;
  readonly isDue: (text: StoredText) => boolean;
  /** Says how many it has changed. */
  readonly change: (texts: readonly StoredText[]) => Promise<number>;
  readonly note: (progress: MigrationProgress) => Promise<void>;
  readonly onPage: (texts: readonly StoredText[]) => void;
  /** Throws where the walk has to stop. */
  readonly goesOn: () => void;
  readonly pause: (ms: number) => Promise<void>;
}

/** Documents that are changed together. A query waits for no more than these to be embedded. */
const TOGETHER = 8;
const NOTE_MS = 1_000;
/** The part of a walk from which its speed is taken. */
const RECENT_MS = 30_000;

/** Walks over all that is stored until a whole walk changes nothing. */
export async function walkAll(options: WalkOptions): Promise<void> {
  const { store, rate, isDue, change, note, onPage, goesOn, pause } = options;
  const speed = createSpeed();
  const progress = { ...options.from };
  let noted = -Infinity;
  for (;;) {
    const [redisRun, total] = await Promise.all([store.redisRun(), store.count()]);
    if (progress.redisRun !== redisRun)
      Object.assign(progress, { cursor: "0", seen: 0, changed: 0, redisRun });
    const { seen } = progress;
    const { texts, cursor } = await store.page(progress.cursor);
    onPage(texts);
    const due = texts.filter(isDue);
    for (let from = 0; from < due.length; from += TOGETHER) {
      goesOn();
      const start = performance.now();
      const together = due.slice(from, from + TOGETHER);
      const changed = await change(together);
      progress.done += changed;
      progress.changed += changed;
      const place = seen + Math.round((texts.length * (from + together.length)) / due.length);
      speed.note(place);
      if (performance.now() - noted > NOTE_MS) {
        noted = performance.now();
        await note({ ...progress, seen: place, total, perSecond: speed.perSecond(), waiting: null });
      }
      const took = performance.now() - start;
      await pause(rate === null ? took : Math.max(0, (together.length * 1000) / rate - took));
    }
    goesOn();
    const last = cursor === "0";
    progress.cursor = cursor;
    progress.seen = seen + texts.length;
    progress.total = Math.max(total, progress.seen);
    speed.note(progress.seen);
    // A page that is done once more after a crash changes nothing.
    if (last || performance.now() - noted > NOTE_MS) {
      noted = performance.now();
      await note({ ...progress, perSecond: speed.perSecond(), waiting: null });
    }
    if (last && progress.changed === 0) return;
    if (last) {
      Object.assign(progress, { seen: 0, changed: 0 });
      speed.reset();
    }
    if (due.length === 0) await pause(1);
  }
}

/** How fast a walk has been of late. */
function createSpeed() {
  let places: { readonly at: number; readonly place: number }[] = [];
  return {
    reset: () => void (places = []),
    note(place: number) {
      const at = performance.now();
      places = [...places.filter((each) => at - each.at < RECENT_MS), { at, place }];
    },
    perSecond(): number | null {
      const [first, last] = [places[0], places.at(-1)];
      if (first === undefined || last === undefined || last.at - first.at < NOTE_MS) return null;
      return ((last.place - first.place) * 1000) / (last.at - first.at);
    },
  };
}

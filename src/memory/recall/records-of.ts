import { stage } from "../../domain/tracing.js";
import type { Trail } from "../../access/trail.js";
import type { Memory } from "../model/record.js";
import type { RecordStore, Recorded, Situating } from "../ports/records.js";
import type { Situation } from "../ports/search.js";
import type { Using } from "../services.js";
import type { Found } from "./fusion.js";

/** The memory and its copies, in the order of its refs; undefined where there is none any more. */
type Records = readonly (Memory | undefined)[];

/** The records of what one recall has found: each is read once, and recorded in its namespace's audit trail. */
export interface RecordsOf {
  of(found: readonly Found[]): Promise<readonly Records[]>;
  /** Reads them, and of the `first` ones their situations too, by what was found; one that has gone has none. */
  situated(found: readonly Found[], first: number): Promise<Situations>;
  /** How many of these, from the first on, were read already. */
  known(found: readonly Found[]): number;
}

export type Situations = ReadonlyMap<Found["fused"], Situation>;

export interface ReadingOptions {
  readonly trail: Trail;
  /** Namespaces in whose trails the recall is recorded even if nothing of them is read. */
  readonly named: readonly string[];
  /** Milliseconds since the epoch; undefined: now. */
  readonly asOf: number | undefined;
  /** Called with each entry in an audit trail. */
  readonly note: (recorded: Recorded) => void;
}

export function recordsOf(
  { store }: Using<Pick<RecordStore, "load">>,
  { trail, named, asOf, note }: ReadingOptions,
): RecordsOf {
  let open = named;
  /** By what was found: steps of a recall make new objects around it. */
  const known = new Map<Found["fused"], Records>();

  async function read(found: readonly Found[], situating?: Situating): Promise<void> {
    const names = open;
    open = [];
    const refs = found.flatMap((each) => each.refs);
    const records = await stage("load", () => store.load(trail, names, refs, asOf, note, situating));
    let at = 0;
    for (const { fused, refs: own } of found) {
      known.set(fused, records.slice(at, at + own.length));
      at += own.length;
    }
  }

  return {
    async of(found) {
      const missing = found.filter(({ fused }) => !known.has(fused));
      if (missing.length + open.length > 0) await read(missing);
      return found.map(({ fused }) => known.get(fused) ?? []);
    },
    async situated(found, first) {
      const situations = new Map<Found["fused"], Situation>();
      /** The first ref is that of what was found; after it are its copies. */
      const firsts = new Map<number, Found["fused"]>();
      let place = 0;
      for (const { fused, refs } of found.slice(0, first)) {
        firsts.set(place, fused);
        place += refs.length;
      }
      await read(found, {
        first: place,
        note(situation, at) {
          const fused = firsts.get(at);
          if (fused !== undefined) situations.set(fused, situation);
        },
      });
      return situations;
    },
    known(found) {
      const end = found.findIndex(({ fused }) => !known.has(fused));
      return end === -1 ? found.length : end;
    },
  };
}

import { useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import type { Act } from "../base/act.js";
import { plural } from "../base/format.js";
import { namespacesInside } from "../base/namespaces.js";
import { here } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";
import { MnemeError } from "@mneme/client";
import { Confirm } from "../parts/confirm.js";
import { Trust, TypeLabel } from "../parts/labels.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { Release } from "../parts/release.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";

/** Namespaces that are asked at once. */
const MOST = 40;
const PAGE = 50;

interface Waiting {
  readonly memories: readonly Memory[];
  /** Namespaces whose queue the key may not see. */
  readonly closed: readonly string[];
  readonly more: boolean;
}

/** Published copies that wait for a person, because they are trusted too little. */
export function QuarantineView() {
  const inside = namespacesInside(MOST);
  const { data, error, retry } = useQuery(
    inside === undefined ? undefined : `quarantine ${inside.join()}`,
    (signal) => waiting(inside ?? [], signal),
  );
  const act = useAct();
  return (
    <>
      <header class="head">
        <h1>Quarantine</h1>
        {data !== undefined && (
          <p class="status">
            {plural(data.memories.length, "copy", "copies")} that no recall finds until a person decides
          </p>
        )}
      </header>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {act.error !== undefined && <Failure error={act.error} />}
      {data === undefined && error === undefined && <Loading rows={4} />}
      {data !== undefined && data.memories.length === 0 && (
        <Empty title="Nothing waits here">
          <p>
            A namespace with the setting <code>publish.min_trust</code> holds copies back that are trusted
            less. No recall finds them until they are released.
          </p>
          <p>
            A namespace that holds nothing but waiting copies is in no list: type its name into the menu of
            namespaces.
          </p>
        </Empty>
      )}
      <ul class="hits">
        {data?.memories.map((memory) => (
          <Copy key={`${memory.namespace}/${memory.id}`} memory={memory} act={act} />
        ))}
      </ul>
      {data?.more === true && <Note>More are waiting: choose one namespace, or decide on these first.</Note>}
      {data !== undefined && data.closed.length > 0 && (
        <Note>Your key may not see the queue of {data.closed.join(", ")}: that needs write there.</Note>
      )}
    </>
  );
}

interface CopyProps {
  readonly memory: Memory;
  readonly act: Act;
}

/** A copy that waits, and what a person may decide. */
function Copy({ memory, act }: CopyProps) {
  const client = service.value;
  const path = { ns: memory.namespace, id: memory.id };
  // A copy that follows its origin may get another text while it is looked at: then the person is asked again.
  const [asked, ask] = useState<number | undefined>(undefined);
  return (
    <li class="hit">
      <div class="hit-body">
        <MemoryText text={memory.content} />
        <p class="meta">
          <TypeLabel memory={memory} />
          <span>
            {memory.origin?.namespace ?? "unknown"} → {memory.namespace}
          </span>
          <span>by {memory.origin?.published_by ?? memory.source_agent}</span>
          <When time={memory.origin?.published_at ?? memory.recorded_at} />
          <Trust value={memory.trust} />
        </p>
        <div class="buttons">
          <Release memory={memory} act={act} small />
          <button
            type="button"
            class="button small danger"
            aria-expanded={asked === memory.version}
            onClick={() => ask(asked === memory.version ? undefined : memory.version)}
          >
            Delete the copy
          </button>
          <a href={here({ m: memory.id, in: memory.namespace, tab: "provenance" })}>Where it comes from</a>
        </div>
        {asked === memory.version && (
          <Confirm
            label="Delete for good"
            cancel="Keep"
            danger
            busy={act.busy}
            onConfirm={() =>
              act.run(
                () => client.delete("/v1/namespaces/{ns}/memories/{id}", { path, ifMatch: asked }),
                "The copy was deleted.",
              )
            }
            onCancel={() => ask(undefined)}
          >
            This deletes the copy in {memory.namespace}. Its origin stays. It can’t be undone.
          </Confirm>
        )}
      </div>
    </li>
  );
}

async function waiting(namespaces: readonly string[], signal: AbortSignal): Promise<Waiting> {
  const pages = await Promise.all(
    namespaces.map(async (ns) => {
      try {
        const page = await service.value.get("/v1/namespaces/{ns}/memories", {
          path: { ns },
          query: { quarantined: "true", limit: PAGE },
          signal,
        });
        return { ns, ...page };
      } catch (error) {
        if (error instanceof MnemeError && error.status === 403)
          return { ns, memories: undefined, cursor: null };
        throw error;
      }
    }),
  );
  return {
    memories: pages.flatMap(({ memories = [] }) => memories),
    closed: pages.filter(({ memories }) => memories === undefined).map(({ ns }) => ns),
    more: pages.some(({ cursor }) => cursor !== null),
  };
}

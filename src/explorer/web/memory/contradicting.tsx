import { excerpt } from "../base/format.js";
import { here } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";

const MOST = 5;

interface ContradictingProps {
  readonly ns: string;
  readonly ids: readonly string[];
}

/** The facts that can't be true together with a fact, in their own words. */
export function Contradicting({ ns, ids }: ContradictingProps) {
  const client = service.value;
  const read = ids.slice(0, MOST);
  const { data } = useQuery(
    read.length === 0 ? undefined : `contradicting ${ns} ${read.join()}`,
    (signal) =>
      Promise.all(
        read.map((id) =>
          client
            .get("/v1/namespaces/{ns}/memories/{id}", { path: { ns, id }, signal })
            .catch(() => undefined),
        ),
      ),
    { fresh: true },
  );
  if (ids.length === 0) return null;
  return (
    <>
      <h3>Contradicts</h3>
      <ul class="plain">
        {read.map((id, index) => {
          const other = data?.[index];
          return (
            <li key={id}>
              <a class="quoted" dir="auto" href={here({ m: id, in: ns, tab: undefined })}>
                {other === undefined ? id : excerpt(other.content, 160)}
              </a>
              {other !== undefined && <span class="hint">by {other.source_agent}</span>}
            </li>
          );
        })}
        {ids.length > MOST && <li class="faint">and {ids.length - MOST} more</li>}
      </ul>
    </>
  );
}

import { bytes, count } from "../base/format.js";
import { moreNamespaces, namespacesInside } from "../base/namespaces.js";
import { addressOf } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Failure, Loading, Note } from "../parts/notice.js";
import { Table } from "../parts/table.js";

const MOST = 25;

/** Namespaces with what they hold of what they may. */
export function Namespaces() {
  const client = service.value;
  const inside = namespacesInside(MOST);
  const { data, error, retry } = useQuery(
    inside === undefined ? undefined : `usage ${inside.join()}`,
    (signal) =>
      Promise.all(
        (inside ?? []).map(async (ns) => ({
          ns,
          usage: await client.get("/v1/namespaces/{ns}/usage", { path: { ns }, signal }),
        })),
      ),
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={6} />;
  return (
    <>
      <Table
        label="Namespaces"
        columns={["Namespace", { number: "Memories" }, "Of its quota", { number: "Size" }, "Of its quota"]}
      >
        {data.map(({ ns, usage: { memories, bytes: size, quota } }) => (
          <tr key={ns}>
            <td class="text">
              <a href={addressOf("health", { ns })}>{ns}</a>
            </td>
            <td class="number">{count(memories)}</td>
            <td>
              <Share used={memories} of={quota.memories} name={`memories of ${ns}`} text={count} />
            </td>
            <td class="number">{bytes(size)}</td>
            <td>
              <Share used={size} of={quota.bytes} name={`size of ${ns}`} text={bytes} />
            </td>
          </tr>
        ))}
      </Table>
      {(moreNamespaces.value || data.length === MOST) && (
        <Note>The {data.length} largest namespaces are shown.</Note>
      )}
    </>
  );
}

interface ShareProps {
  readonly used: number;
  readonly of: number | null;
  readonly name: string;
  readonly text: (value: number) => string;
}

function Share({ used, of, name, text }: ShareProps) {
  if (of === null) return <span class="faint">no limit</span>;
  return (
    <span class="meter-row">
      <meter min={0} max={of} high={of * 0.9} value={used} aria-label={`Quota: ${name}`} />
      of {text(of)}
    </span>
  );
}

import { here, param } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Empty, Failure, Loading } from "../parts/notice.js";
import { Table } from "../parts/table.js";
import { When } from "../parts/when.js";

/** Who may do what. */
export function Keys() {
  const client = service.value;
  const cursor = param("cursor");
  const { data, error, retry } = useQuery(`keys ${cursor}`, (signal) =>
    client.get("/v1/keys", { query: { limit: 50, ...(cursor === "" ? {} : { cursor }) }, signal }),
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={6} />;
  if (data.keys.length === 0) {
    return (
      <Empty
        title="No key exists: everyone who reaches the service may do everything"
        command="npx mneme keys create --admin --agent NAME"
      >
        <p>From the first key on, every request needs one.</p>
      </Empty>
    );
  }
  return (
    <>
      <Table label="Keys" columns={["Agent", "May", "Made", "Used", "Ends", "Limit"]}>
        {data.keys.map((key) => (
          <tr key={key.id}>
            <td class="text">
              <b>{key.agent}</b> {key.human && <span class="mark">a person’s</span>}
              <span class="under">{key.name ?? key.id}</span>
            </td>
            <td class="text">
              {key.grants.map(({ namespace, verbs }) => (
                <p key={namespace}>
                  <code>{namespace}</code> {verbs.join(", ")}
                </p>
              ))}
            </td>
            <td>
              <When time={key.created_at} /> <span class="faint">by {key.created_by_agent}</span>
            </td>
            <td>
              <When time={key.last_used_at} />
            </td>
            <td>
              <When time={key.expires_at} />
            </td>
            <td>
              {key.rate_limit_per_minute === null ? (
                <span class="faint">as configured</span>
              ) : (
                `${key.rate_limit_per_minute} a minute`
              )}
            </td>
          </tr>
        ))}
      </Table>
      {data.cursor !== null && <a href={here({ cursor: data.cursor })}>More keys</a>}
    </>
  );
}

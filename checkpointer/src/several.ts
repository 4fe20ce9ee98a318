import { createCluster, createSentinel } from "redis";
import type { RedisClientOptions } from "redis";

/** A URL with several hosts, as the service's `REDIS_URL` takes it. */
const FORM = /^(rediss?)\+(cluster|sentinel):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const SENTINEL_PORT = "26379";

/** Where a URL of several hosts leads. */
export interface Several {
  readonly kind: "cluster" | "sentinel";
  /** One URL for each host, with the login of the servers: node-redis reads them. */
  readonly nodes: readonly URL[];
  /** What the Sentinels call the master; empty for a cluster. */
  readonly master: string;
  readonly login: Login;
  readonly sentinels: Login;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** Undefined: the URL isn't of this kind. Throws the error that `wrong` makes of a reason, which quotes nothing of the URL. */
export function readSeveral(url: string, wrong: (what: string) => TypeError): Several | undefined {
  if (!/^rediss?\+(?:cluster|sentinel):/.test(url)) return undefined;
  const [, scheme = "", form, login = "", hosts = "", path = "", query = ""] = FORM.exec(url) ?? [];
  const kind = form === "sentinel" ? "sentinel" : "cluster";
  if (form === undefined) throw wrong("it must name hosts, separated by commas");
  const urls = hosts.split(",").map((host) => `${scheme}://${login === "" ? "" : `${login}@`}${host}`);
  if (!urls.every((each) => URL.canParse(each) && new URL(each).hostname !== ""))
    throw wrong("it must name hosts, separated by commas");
  const parameters = new URLSearchParams(query);
  if (kind === "cluster") {
    if (!["", "0"].includes(path)) throw wrong("a Redis Cluster has no database but 0");
    if (query !== "") throw wrong("a Redis Cluster takes no parameters");
  } else if (!/^[A-Za-z0-9._-]+$/.test(path)) {
    throw wrong(
      "the master that the Sentinels watch must follow the hosts, as in redis+sentinel://a,b,c/mymaster",
    );
  }
  if ([...parameters.keys()].some((name) => !/^sentinel_(?:username|password)$/.test(name)))
    throw wrong("its parameters may be sentinel_username and sentinel_password");
  const nodes = urls.map((each) => new URL(each));
  const [first] = nodes;
  return {
    kind,
    nodes,
    master: kind === "sentinel" ? path : "",
    login: loginOf(decoded(first?.username, wrong), decoded(first?.password, wrong)),
    sentinels: loginOf(parameters.get("sentinel_username"), parameters.get("sentinel_password")),
  };
}

function loginOf(username: string | null, password: string | null): Login {
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function decoded(text: string | undefined, wrong: (what: string) => TypeError): string {
  try {
    return decodeURIComponent(text ?? "");
  } catch {
    throw wrong("special characters in the user name or the password must be percent-encoded");
  }
}

/** A client that isn't connected yet, and follows the cluster or the master by itself. */
export function createSeveral(
  { kind, nodes, master, login, sentinels }: Several,
  connectTimeout: number,
  options: Omit<RedisClientOptions, "url">,
) {
  const tls = nodes[0]?.protocol === "rediss:";
  // The nodes that a cluster or a Sentinel names have neither the login nor TLS in their addresses.
  const own = {
    ...login,
    ...options,
    socket: { connectTimeout, ...(tls ? { tls } : {}), ...options.socket },
  };
  if (kind === "cluster") {
    return createCluster({ rootNodes: nodes.map(({ href }) => ({ url: href })), defaults: own });
  }
  return createSentinel({
    name: master,
    sentinelRootNodes: nodes.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port || SENTINEL_PORT),
    })),
    nodeClientOptions: own,
    sentinelClientOptions: { ...sentinels, socket: own.socket },
  });
}

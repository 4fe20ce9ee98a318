/** Where a `REDIS_URL` leads: to one server, to a Redis Cluster, or to what Sentinels name. */
export type RedisPlace =
  | { readonly kind: "single"; readonly url: string }
  | ({ readonly kind: "cluster" } & Servers)
  | ({ readonly kind: "sentinel"; readonly master: string; readonly sentinels: Login } & Servers);

export interface Login {
  readonly username?: string;
  readonly password?: string;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

interface Servers extends Login {
  readonly tls: boolean;
  /** Any of the cluster's nodes, or the Sentinels. */
  readonly hosts: readonly HostAndPort[];
}

/** A URL's fault in a sentence that quotes nothing of it: it may hold a password. */
export class RedisUrlError extends Error {
  override readonly name = "RedisUrlError";
}

export const SEVERAL = /^rediss?\+(?:cluster|sentinel):/;
const FORM = /^(rediss?)\+(cluster|sentinel):\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;
const LOGIN_OF_SENTINELS = new Set(["sentinel_username", "sentinel_password"]);

/**
 * Reads `redis+cluster://user:password@a:6379,b,c` and `redis+sentinel://user:password@a:26379,b/mastername`, and their
 * forms with TLS, `rediss+…`. Others are taken as they are, for a single server. Throws a {@link RedisUrlError}.
 */
export function readRedisUrl(url: string): RedisPlace {
  if (!SEVERAL.test(url)) return { kind: "single", url };
  const [, scheme, kind, login, hosts = "", path = "", query = ""] = FORM.exec(url) ?? [];
  if (scheme === undefined)
    throw new RedisUrlError("Must be a URL such as redis+cluster://a:6379,b:6379,c:6379.");
  const servers = {
    tls: scheme === "rediss",
    hosts: hosts.split(",").map((each) => hostOf(each, kind === "sentinel" ? 26_379 : 6379)),
    ...loginOf(login),
  };
  if (kind === "cluster") {
    if (path !== "" && path !== "0")
      throw new RedisUrlError("Must not name a database: a Redis Cluster has none but 0.");
    if (query !== "") throw new RedisUrlError("Must not have parameters: a Redis Cluster takes none.");
    return { kind: "cluster", ...servers };
  }
  if (!/^[A-Za-z0-9._-]+$/.test(path)) {
    throw new RedisUrlError(
      "Must name the master that the Sentinels watch: redis+sentinel://a,b,c/mymaster.",
    );
  }
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!LOGIN_OF_SENTINELS.has(name)) {
      throw new RedisUrlError("Must have no other parameters than sentinel_username and sentinel_password.");
    }
  }
  const [username, password] = [parameters.get("sentinel_username"), parameters.get("sentinel_password")];
  const sentinels = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  return { kind: "sentinel", ...servers, master: path, sentinels };
}

function hostOf(text: string, defaultPort: number): HostAndPort {
  const [, v6, name, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  const host = v6 ?? name;
  if (host === undefined || port < 1 || port > 65_535) {
    throw new RedisUrlError(
      "Must name hosts, with ports if they have others than the usual ones, separated by commas.",
    );
  }
  return { host, port };
}

function loginOf(login: string | undefined): Login {
  if (login === undefined || login === "") return {};
  const colon = login.indexOf(":");
  const [name, secret] = colon === -1 ? [login, ""] : [login.slice(0, colon), login.slice(colon + 1)];
  try {
    const [username, password] = [decodeURIComponent(name), decodeURIComponent(secret)];
    return { ...(username === "" ? {} : { username }), ...(password === "" ? {} : { password }) };
  } catch {
    throw new RedisUrlError("Special characters in the user name or the password must be percent-encoded.");
  }
}

/** Where a Redis URL leads, for people and logs: no user, no password, no query. */
export function publicAddress(url: string): string {
  // A URL of this kind with a password in it is none to URL.
  const socket = /^unix:\/\/(?:[^/]*@)?(\/[^?#]*)/.exec(url)?.[1];
  if (socket !== undefined) return socket;
  const several = /^rediss?\+(cluster|sentinel):\/\/(?:[^@/?#]*@)?([^?#]*)/.exec(url);
  if (several !== null)
    return several[1] === "cluster" ? `the cluster of ${several[2]}` : `${several[2]}, as its Sentinels say`;
  if (!URL.canParse(url)) return "the address in REDIS_URL";
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || "6379"}`;
}

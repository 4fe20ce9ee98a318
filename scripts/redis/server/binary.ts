/** A Redis server that can be started here, with search and JSON. */
export interface RedisBinary {
  /** How it came here, for people: `redis-server on PATH`, `packaged Redis Stack`. */
  readonly label: string;
  readonly command: string;
  /** Modules that the server must be told to load; empty when it has them built in. Absolute paths. */
  readonly modules: readonly string[];
  /** For this child only, on top of our own environment. */
  readonly env: Readonly<Record<string, string>>;
}

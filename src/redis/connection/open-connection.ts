import { ConnectionTimeoutError } from "redis";

/** Longer than any Redis takes to answer a handshake, also one that loads or is busy: those refuse it at once. */
const HANDSHAKE_MS = 10_000;

/**
 * Connects, or rejects in bounded time. node-redis bounds only how long TCP takes: what takes a connection and then says
 * nothing (a stopped process, another protocol) would be waited for without end.
 */
export async function openConnection(
  client: { connect(): Promise<unknown>; destroy(): void },
  withinMs: number = HANDSHAKE_MS,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionTimeoutError()), withinMs);
  });
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    if (error instanceof ConnectionTimeoutError) client.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

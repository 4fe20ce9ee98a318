import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity.mjs";

/** @typedef {{ nonce: string, pid: number, identity: string }} Holder */

/**
 * Runs `work` while no other process on this machine holds the same lock, and gives its result.
 * A holder that dies, even by kill -9, holds nothing; a holder that lives is waited for, however long.
 *
 * @template T
 * @param {string} file the lock; its folder is made when missing
 * @param {() => T | Promise<T>} work
 * @param {(pid: number) => void} [onWait] told once, after a second, whom we wait for
 * @param {AbortSignal} [signal] ends the wait, which rejects with its reason
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait, signal) {
  await acquire(file, onWait, signal);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {(pid: number) => void} [onWait]
 * @param {AbortSignal} [signal]
 */
async function acquire(file, onWait, signal) {
  mkdirSync(dirname(file), { recursive: true });
  const since = Date.now();
  let told = false;
  while (!take(file)) {
    signal?.throwIfAborted();
    const holder = read(file);
    if (holder !== undefined && processIdentity(holder.pid) !== holder.identity) {
      await breakLock(file, holder);
      continue;
    }
    if (holder !== undefined && !told && Date.now() - since > 1000) {
      told = true;
      onWait?.(holder.pid);
    }
    await sleep(50);
  }
}

/**
 * link() fails when the name is taken, and what it publishes is complete: no one ever reads half a lock.
 *
 * @param {string} file
 */
function take(file) {
  const nonce = randomUUID();
  const draft = `${file}.${nonce}`;
  writeFileSync(draft, JSON.stringify({ nonce, pid: process.pid, identity: processIdentity(process.pid) }));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two waiters may find the same dead holder. Were each to unlink what it finds, the slower one would unlink
 * the faster one's new lock; so the right to remove one certain holder's lock is itself a lock.
 *
 * @param {string} file
 * @param {Holder} dead
 */
async function breakLock(file, dead) {
  await withLock(`${file}.${dead.nonce}.break`, () => {
    if (read(file)?.nonce === dead.nonce) rmSync(file, { force: true });
  });
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

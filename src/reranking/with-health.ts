import { RerankerUnavailable } from "./reranker.js";

/** Called with the outcome of the reranker's own answers: undefined if it works, else its error. */
export type HealthListener = (error: RerankerUnavailable | undefined) => void;

/** Settles as the call does, and tells what that says of the reranker. */
export async function told<T>(call: Promise<T>, tell: HealthListener): Promise<T> {
  try {
    const result = await call;
    tell(undefined);
    return result;
  } catch (error) {
    if (error instanceof RerankerUnavailable && error.fault !== undefined) tell(error);
    throw error;
  }
}

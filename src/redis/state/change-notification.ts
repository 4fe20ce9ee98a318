import type { StateNews } from "../../state/ports.js";
import type { Keys } from "../keys.js";
import type { Subscriptions } from "../connection/subscriptions.js";

/**
 * Scripts that change state ring. After a lost connection all listeners are woken, since something may have been
 * missed.
 */
export function createStateNews(subscriptions: Subscriptions, keys: Keys): StateNews {
  return {
    async listen(namespace, onNews) {
      const forget = subscriptions.onRestored(onNews);
      try {
        const unlisten = await subscriptions.listen(keys.stateNews(namespace), onNews);
        return () => {
          forget();
          unlisten();
        };
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}

/**
 * Does the work for each item, for at most `width` at a time. After a failure no other item is begun: what is under way
 * ends first, then the first failure is thrown. So nothing works on once the caller has gone on, or let a lease go.
 */
export async function eachOf<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const open = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of open) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

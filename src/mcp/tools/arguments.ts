import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";

export const memoryIdArgument = z.string().min(1).describe("Id of the memory, as recall returns it.");

export const budgetMsArgument = z
  .int()
  .min(LIMITS.budgetMs.least)
  .max(LIMITS.budgetMs.most)
  .optional()
  .describe("Time for the recall, in milliseconds; what isn't found by then is omitted.");

import { z } from "zod";

export const memoryIdArgument = z.string().min(1).describe("Id of the memory, as recall returns it.");

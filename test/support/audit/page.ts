import type { z } from "@hono/zod-openapi";
import type { auditPage } from "../../src/http/schemas/audit.js";

export type AuditPage = z.infer<typeof auditPage>;

import type { z } from "@hono/zod-openapi";
import type { auditPage } from "../../../src/http/audit/schemas.js";

export type AuditPage = z.infer<typeof auditPage>;

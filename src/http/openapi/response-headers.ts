/** The headers of answers, as /openapi.json describes them. One that isn't required depends on the request. */
export const RESPONSE_HEADERS = {
  ETag: {
    description: "The version, for If-Match.",
    schema: { type: "string", pattern: '^"\\d+"$', example: '"3"' },
    required: true,
  },
  Location: {
    description: "The path of the resource.",
    schema: { type: "string", format: "uri-reference" },
    required: true,
  },
  "WWW-Authenticate": {
    description: "The authentication scheme: Bearer.",
    schema: { type: "string" },
    required: true,
  },
  "Retry-After": {
    description: "Seconds to wait before a retry, where a retry can succeed.",
    schema: { type: "integer", minimum: 0 },
  },
  "RateLimit-Limit": {
    description: "Requests a minute that this key may make. Absent for a key without a limit.",
    schema: { type: "integer", minimum: 1 },
  },
  "RateLimit-Remaining": {
    description: "Requests left in the current minute. Absent for a key without a limit.",
    schema: { type: "integer", minimum: 0 },
  },
  "RateLimit-Reset": {
    description: "Seconds until the current minute ends. Absent for a key without a limit.",
    schema: { type: "integer", minimum: 0 },
  },
  "Idempotency-Replayed": {
    description: "`true`: this is the answer to the first request with the same Idempotency-Key.",
    schema: { type: "string", pattern: "^true$" },
  },
  "Preference-Applied": {
    description: "`durable`: Redis has the write on disk.",
    schema: { type: "string", pattern: "^durable$" },
  },
} as const;

export function headerOf(name: keyof typeof RESPONSE_HEADERS): { readonly $ref: string } {
  return { $ref: `#/components/headers/${name}` };
}

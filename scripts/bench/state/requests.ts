import { httpRequest } from "../measure/http-client.js";

/** Sent with every request to the service: what it takes to be let in. */
const HEADERS: Readonly<Record<string, string>> = {};

export const DOCUMENTS = 1000;
const NAMESPACE = "bench";

/** A workflow's state, about 400 bytes. */
export function documentOf(index: number): object {
  return {
    order: `ORD-${100_000 + index}`,
    status: index % 3 === 0 ? "awaiting_payment" : "picking",
    customer: { id: `CX-${7000 + index}-B`, plan: "gold", locale: "de-DE" },
    balance: 12.5 + index,
    currency: "EUR",
    items: [
      { sku: "A-1", count: 2, price: 19.99 },
      { sku: "B-7", count: 1, price: 249 },
    ],
    steps: { reserved: true, paid: false, shipped: null },
    notes: "Customer asked for delivery before Friday; the warehouse has confirmed two of three items.",
  };
}

export const serviceGet = (index: number): Buffer =>
  httpRequest("GET", `/v1/namespaces/${NAMESPACE}/state/order-${index % DOCUMENTS}`, undefined, HEADERS);

export const servicePut = (index: number): Buffer =>
  httpRequest(
    "PUT",
    `/v1/namespaces/${NAMESPACE}/state/order-${index % DOCUMENTS}`,
    { value: documentOf(index) },
    HEADERS,
  );

export const bareGet = (index: number): Buffer => httpRequest("GET", `/state/order-${index % DOCUMENTS}`);

export const barePut = (index: number): Buffer =>
  httpRequest("PUT", `/state/order-${index % DOCUMENTS}`, documentOf(index));

export const rawGet = (index: number): string[] => ["JSON.GET", `order-${index % DOCUMENTS}`];

export const rawPut = (index: number): string[] => [
  "JSON.SET",
  `order-${index % DOCUMENTS}`,
  "$",
  JSON.stringify(documentOf(index)),
];

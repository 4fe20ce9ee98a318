import { here, param } from "../base/place.js";
import { Tabs } from "../parts/controls.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { Keys } from "./keys.js";
import { NamespaceHealth } from "./namespace-health.js";
import { Namespaces } from "./usage.js";
import { ServiceHealth } from "./service-health.js";

const TABS = [
  ["namespace", "Namespace"],
  ["service", "Service"],
  ["usage", "Usage and quotas"],
  ["keys", "Keys"],
] as const;

/** Whether all is well: what grows, what ends, what is slow, who may do what. */
export function HealthView() {
  const tab = param("show") === "" ? "namespace" : param("show");
  const tabs = (
    <Tabs
      label="Parts of health"
      current={tab}
      tabs={TABS}
      address={(name) => here({ show: name === "namespace" ? "" : name })}
    />
  );
  if (tab === "namespace") {
    return (
      <OneNamespace title="Health">
        {(ns) => (
          <>
            {tabs}
            <NamespaceHealth ns={ns} />
          </>
        )}
      </OneNamespace>
    );
  }
  return (
    <>
      <header class="head">
        <h1>Health</h1>
      </header>
      {tabs}
      {tab === "service" && <ServiceHealth />}
      {tab === "usage" && <Namespaces />}
      {tab === "keys" && <Keys />}
    </>
  );
}

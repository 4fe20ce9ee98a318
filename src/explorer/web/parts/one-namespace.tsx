import type { ComponentChildren } from "preact";
import { isPattern, namespaces, oneNamespace, scope } from "../base/namespaces.js";
import { Empty, Loading } from "./notice.js";

interface OneNamespaceProps {
  readonly title: string;
  readonly children: (namespace: string) => ComponentChildren;
}

/** A view of one namespace: of the chosen one, else of the largest within the chosen pattern, and says so. */
export function OneNamespace({ title, children }: OneNamespaceProps) {
  const namespace = oneNamespace();
  if (namespace === undefined) {
    return (
      <>
        <header class="head">
          <h1>{title}</h1>
        </header>
        {namespaces.value === undefined ? (
          <Loading rows={6} />
        ) : (
          <Empty title="No namespace holds memories yet">
            <p>Type the name of one into the menu of namespaces to look into it nevertheless.</p>
          </Empty>
        )}
      </>
    );
  }
  return (
    <>
      <header class="head">
        <h1>{title}</h1>
        <p class="status">
          in <b>{namespace}</b>
          {isPattern(scope()) && ", the largest one"}
        </p>
      </header>
      {children(namespace)}
    </>
  );
}

import { Component } from "preact";
import type { ComponentChildren } from "preact";
import { errorOf } from "../base/service.js";
import { Failure } from "./notice.js";

interface BoundaryProps {
  /** Where the person is: elsewhere, it is tried anew. */
  readonly at: string;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly fault?: { readonly error: unknown } | undefined;
}

/** Shows the failure of what it holds. Without it, a fault of one part would leave an empty page. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { fault: { error } };
  }

  override componentDidUpdate({ at }: BoundaryProps): void {
    if (at !== this.props.at && this.state.fault !== undefined) this.#again();
  }

  readonly #again = (): void => this.setState({ fault: undefined });

  override render() {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return <Failure error={errorOf(fault.error)} retry={this.#again} />;
  }
}

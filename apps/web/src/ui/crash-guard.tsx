import { Component, type ReactNode } from "react";

interface Guarded {
  readonly children: ReactNode;
  /** Shown once something inside has thrown. */
  readonly instead: ReactNode;
}

/** Keeps a fault in one part of the page from blanking all of it. A class, because React catches only by classes. */
export class CrashGuard extends Component<Guarded, { readonly fault: "none" | "thrown" }> {
  override readonly state: { readonly fault: "none" | "thrown" } = { fault: "none" };

  static getDerivedStateFromError(): { readonly fault: "thrown" } {
    return { fault: "thrown" };
  }

  override render(): ReactNode {
    return this.state.fault === "thrown" ? this.props.instead : this.props.children;
  }
}

import { Component, type ComponentChildren } from "preact";
import { FaultNote } from "./states";

/** A view that fails says so in its own place; the rest of the page stays. */
export class Boundary extends Component<{ children: ComponentChildren; place: string }, { error: Error | null; place: string }> {
  state = { error: null as Error | null, place: this.props.place };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: { place: string }, state: { error: Error | null; place: string }) {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const fault = {
      status: 0,
      what: "This view met an error of its own",
      why: error.message,
      next: "The other views still work. Reload to try again, and report the message above if it comes back.",
      requestId: "",
    };
    return <FaultNote fault={fault} retry={() => location.reload()} />;
  }
}

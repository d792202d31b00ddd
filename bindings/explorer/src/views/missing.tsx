import { useTitle } from "../state/title";

export function MissingView() {
  useTitle("No such view");
  return (
    <section class="panel">
      <h1>No such view</h1>
      <p>The address was cut or mistyped. <a href="/">Tonight</a> is where everything begins.</p>
    </section>
  );
}

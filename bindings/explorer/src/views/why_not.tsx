import { useWhyNot } from "../api/resources";
import { Loaded } from "../parts/states";

/** Which threshold an account misses, and by how much. */
export function WhyNot(props: { run: string; account: string; other?: string; cluster?: string }) {
  const { run, account, other, cluster } = props;
  const why = useWhyNot(run, account, { other, cluster });
  return (
    <Loaded resource={why} what="the thresholds" lines={3}>
      {({ sentence, thresholds }) => (
        <>
          <p>{sentence}</p>
          {thresholds.length > 0 && (
            <div class="scroll" tabIndex={0} role="region" aria-label="Thresholds">
              <table class="table">
                <caption class="hidden-text">Thresholds, and what was found</caption>
                <thead>
                  <tr><th scope="col">What is asked</th><th scope="col" class="number">Found</th><th scope="col" class="number">Needed</th><th scope="col">Reached</th></tr>
                </thead>
                <tbody>
                  {thresholds.map((row) => (
                    <tr key={row.name}>
                      <td>{row.name}</td>
                      <td class="number">{row.value}</td>
                      <td class="number">{row.needed}</td>
                      <td>{row.met ? <span class="badge good">yes</span> : <span class="badge warn">no</span>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Loaded>
  );
}

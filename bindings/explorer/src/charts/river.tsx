import type { Night } from "../api/model";
import { count, plural } from "../format";
import { useWidth } from "./use_width";

const HEIGHT = 190;
const BAR = 10;
const WIDEST = 200;

/** A cluster over the nights, the latest at the right: who stayed, who joined from below, who left upward. */
export function River({ nights }: { nights: readonly Night[] }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const rows = [...nights].reverse();
  if (rows.length < 2) return null;
  const most = Math.max(1, ...rows.map((night) => Math.max(night.members, night.members_before ?? 0)));
  const [top, bottom] = [34, HEIGHT - 40];
  const tall = (accounts: number): number => (accounts / most) * (bottom - top);
  const step = Math.min(WIDEST, (width - 60) / (rows.length - 1));
  const x = (place: number): number => 30 + place * step;
  const latest = rows[rows.length - 1];
  const said = `${plural(rows.length, "night")}: ${count(rows[0].members)} accounts at first, ${count(latest.members)} at last; ${
    rows.slice(1).map((night) => `${night.run_id} ${count(night.joined)} joined, ${count(night.left)} left`).join("; ")}`;
  return (
    <div ref={box}>
      <svg class="chart river" viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={said}>
        {rows.slice(1).map((night, at) => (
          <Flow key={night.run_id} night={night} before={rows[at].members} from={x(at) + BAR / 2} to={x(at + 1) - BAR / 2} tall={tall} bottom={bottom} />
        ))}
        {rows.map((night, place) => (
          <g key={night.run_id}>
            <rect class="bar" x={x(place) - BAR / 2} y={bottom - tall(night.members)} width={BAR} height={Math.max(1, tall(night.members))} />
            <text x={x(place)} y={bottom - tall(night.members) - 6} text-anchor="middle">{count(night.members)}</text>
            <text x={x(place)} y={HEIGHT - 22} text-anchor="middle">{night.run_id.slice(5, 10)}</text>
            {night.others.length > 0 && <text x={x(place)} y={HEIGHT - 6} text-anchor="middle">{`${night.change ?? ""} ${night.others[0]}`}</text>}
          </g>
        ))}
      </svg>
      <ul class="legend" aria-label="Bands">
        <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="kept" width="14" height="14" /></svg>stayed</li>
        <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="came" width="14" height="14" /></svg>joined</li>
        <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="went" width="14" height="14" /></svg>left</li>
      </ul>
    </div>
  );
}

interface FlowProps {
  readonly night: Night;
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly tall: (accounts: number) => number;
  readonly bottom: number;
}

function Flow({ night, before, from, to, tall, bottom }: FlowProps) {
  const stayed = Math.max(0, Math.min(before, night.members - night.joined));
  const middle = (from + to) / 2;
  const band = (fromLow: number, fromHigh: number, toLow: number, toHigh: number): string =>
    `M${from},${bottom - tall(fromLow)}C${middle},${bottom - tall(fromLow)} ${middle},${bottom - tall(toLow)} ${to},${bottom - tall(toLow)}` +
    `V${bottom - tall(toHigh)}C${middle},${bottom - tall(toHigh)} ${middle},${bottom - tall(fromHigh)} ${from},${bottom - tall(fromHigh)}Z`;
  const wedge = 0.3 * (to - from);
  return (
    <>
      <path class="kept" d={band(0, stayed, night.joined, night.joined + stayed)} />
      {night.joined > 0 && <path class="came" d={`M${to - wedge},${bottom + 14}L${to},${bottom - tall(night.joined)}V${bottom}Z`} />}
      {before > stayed && <path class="went" d={`M${from},${bottom - tall(before)}V${bottom - tall(stayed)}L${from + wedge},${bottom - tall(before) - 14}Z`} />}
    </>
  );
}

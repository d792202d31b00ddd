// What the views need to know. Most of it is what the server's OpenAPI document says of its answers.
import type { GraphData } from "../graph/data";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AccountDetail = Schemas["AccountDetail"];
export type Candidate = Schemas["Candidate"];
export type ClusterDetail = Schemas["ClusterDetail"];
export type ClusterRow = Schemas["ClusterRow"];
export type Comparison = Schemas["Comparison"];
export type Drawing = Schemas["Drawing"];
export type SentDrawn = Schemas["Drawn"];
export type SentEvents = Schemas["Events"];
export type Evolved = Schemas["Evolved"];
export type Hit = Schemas["Hit"];
export type Lags = Schemas["Lags"];
export type Ledger = Schemas["Ledger"];
export type Member = Schemas["Member"];
export type Membership = Schemas["Membership"];
export type Meta = Schemas["Meta"];
export type Neighbour = Schemas["Neighbour"];
export type Night = Schemas["Night"];
export type Partner = Schemas["Partner"];
export type Referrals = Schemas["ReferralQueue"];
export type Robustness = Schemas["Robustness"];
export type Returner = Schemas["Returner"];
export type Returners = Schemas["Returners"];
export type RunRow = Schemas["RunRow"];
export type TiedPairs = Schemas["TiedPairs"];
export type TakedownCurve = Schemas["TakedownCurve"];
export type Tally = Schemas["Tally"];
export type WhyNot = Schemas["WhyNot"];

/** The rows of this answer are those of edges.parquet and evidence.parquet; see RESULTS.md. */
export type EdgeDetail = Omit<Schemas["EdgeDetail"], "layers" | "evidence"> & {
  readonly layers: readonly EdgeLayer[];
  readonly evidence: readonly Meeting[];
};

/** A graph with what was left out of it. */
export interface Drawn {
  readonly graph: GraphData;
  readonly layers: readonly string[];
  readonly totalVertices: number;
  readonly totalEdges: number;
}

/** run.json, as far as the views read it; see RESULTS.md. */
export interface RunInfo {
  readonly run_id: string;
  readonly folder: string;
  readonly options: { readonly fdr: number; readonly [name: string]: unknown };
  readonly store: string;
  readonly epoch: number;
  readonly finished_s: number;
  readonly input: {
    readonly actions: number;
    readonly accounts: number;
    readonly first_s: number | null;
    readonly last_s: number | null;
  };
  readonly layers: Readonly<Record<string, LayerCounts>>;
  readonly coordination: {
    readonly pairs: number;
    readonly clusters: number;
    readonly networks: number;
    readonly clustered_accounts: number;
    readonly testable: number;
  };
  readonly previous: string | null;
  readonly changes: Readonly<Record<string, number>>;
  readonly alarms: readonly string[];
  /** Of those that a night's configuration sets; missing in runs of an earlier program. */
  readonly alarm_details?: readonly AlarmDetail[];
  readonly timings_s: Readonly<Record<string, number>>;
}

export interface AlarmDetail {
  readonly said: string;
  readonly next: string;
  readonly unit: string;
  readonly value: number;
  readonly limit: number;
  readonly past: readonly { readonly run: string; readonly value: number | null }[];
}

export interface LayerCounts {
  readonly window_s: number;
  readonly actions: number;
  readonly accounts: number;
  readonly objects: number;
  readonly edges: number;
  readonly testable: number;
  readonly left_out_objects: number;
  readonly left_out_actions: number;
}

/** One layer of the tie between two accounts; columns of edges.parquet. */
export interface EdgeLayer {
  readonly layer: string;
  readonly objects: number;
  readonly pairs: number;
  readonly expected: number;
  readonly p_value: number;
  readonly log10_p: number | null;
  readonly combined_layers: number | null;
  readonly combined_p_value: number | null;
  readonly combined_log10_p: number | null;
  readonly q_value: number;
  readonly weight: number;
  readonly common: number | null;
  readonly met: number | null;
  readonly timing_expected: number | null;
  readonly timing_log10_p: number | null;
  readonly cluster_id: string | null;
  readonly groups: readonly string[];
}

export interface Meeting {
  readonly source: string;
  readonly target: string;
  readonly layer: string;
  readonly object_id: string;
  readonly source_time_s: number;
  readonly target_time_s: number;
  readonly lag_s: number;
  readonly pairs: number;
  readonly object_actions: number;
}

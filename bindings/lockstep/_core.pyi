"""The C++ core. Arrays in are exact dtypes, C-contiguous; arrays out are read-only views."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
# External ids: int64 numbers, or (offsets int64[n + 1], text uint8) as Arrow's large_string has.
Ids = I64 | tuple[I64, U8]

class StorageError(OSError): ...
class NotAStore(StorageError): ...
class StoreLocked(StorageError): ...
class StoreVersionError(StorageError): ...
class CorruptData(RuntimeError): ...
class CaseConflict(RuntimeError): ...

class RunControl:
    """Hands progress out of, and a stop into, a running call."""

    def __init__(self) -> None: ...
    def cancel(self) -> None: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...

class ThreadLimit:
    """Context manager that caps the threads of all calls inside it."""

    def __init__(self, threads: int) -> None: ...
    def __enter__(self) -> ThreadLimit: ...
    def __exit__(self, *args: object) -> None: ...

def thread_count() -> int: ...

# Defaults, read from the options of the C++ functions.
WINDOW_S: Final[int]
MIN_OBJECTS: Final[int]
MAX_OBJECT_ACTIONS: Final[int]
MEMORY_BYTES: Final[int]
FDR: Final[float]
HORIZON_S: Final[int]
NEAR_BITS: Final[int]
MOST_NEAR_BITS: Final[int]
SHRINKAGE: Final[float]
LOCKSTEP_SHARE: Final[float]
RESOLUTION: Final[float]
SEED: Final[int]
DAMPING: Final[float]
SCORE_TOLERANCE: Final[float]
SCORE_ROUNDS: Final[int]
EPSILON: Final[float]
STRENGTH: Final[float]
LOG_BASE: Final[float]
DIMENSIONS: Final[int]
LAYOUT_ITERATIONS: Final[int]
LAYOUT_THETA: Final[float]
LAYOUT_GRAVITY: Final[float]
SPECTRAL_TOLERANCE: Final[float]
SPECTRAL_ROUNDS: Final[int]
BLOCKS: Final[int]
BLOCK_OFFSET: Final[float]
MIN_ACCOUNTS: Final[int]
SYNCHRONY_CELLS: Final[int]
SYNCHRONY_MIN_OBJECTS: Final[int]
UNREACHED: Final[int]  # the distance and the parent of what no walk leads to

class ActionLog:
    def __init__(self, account: U32, object: U32, time_s: I64, *, account_count: int) -> None: ...
    def __len__(self) -> int: ...
    @property
    def account_count(self) -> int: ...
    @property
    def object_count(self) -> int: ...
    @property
    def accounts(self) -> U32: ...
    @property
    def times(self) -> I64: ...
    @property
    def objects(self) -> U32: ...
    @property
    def offsets(self) -> U64: ...

class CoactionResult:
    source: U32
    target: U32
    objects: U32
    pairs: U64
    pair_instances: int
    left_out: tuple[U32, U64]  # objects above the cap, and their actions
    spilled: bool

def coaction(
    log: ActionLog,
    *,
    window_s: int = ...,
    min_objects: int = ...,
    max_object_actions: int = ...,
    memory_bytes: int = ...,
    spill_folder: str = ...,
    control: RunControl | None = None,
) -> CoactionResult: ...

CASCADE_HORIZON_S: Final[int]
NEVER_LOST: Final[int]

def cascade_losses(
    log: ActionLog,
    measured: U8,
    step: U32,
    *,
    horizon_s: int = ...,
    control: RunControl | None = None,
) -> U32: ...
def cascade_order(
    logs: list[ActionLog],
    measured: U8,
    *,
    horizon_s: int = ...,
    control: RunControl | None = None,
) -> tuple[U32, U32, U32]: ...  # accounts, audience, added

class LayerProfile:
    actions: int
    activity: U32  # actions of each account
    close_pairs: int  # of actions within the window
    def testable(self, min_objects: int) -> int: ...

def layer_profile(
    log: ActionLog, *, window_s: int = ..., max_object_actions: int = ...
) -> LayerProfile: ...

class SignificanceResult:
    expected: F64
    p_value: F64
    log10_p: F64
    testable: int

def significance(
    log: ActionLog,
    source: U32,
    target: U32,
    objects: U32,
    *,
    window_s: int = ...,
    min_objects: int = ...,
    max_object_actions: int = ...,
    control: RunControl | None = None,
) -> SignificanceResult: ...
def stratified_significance(
    log: ActionLog,
    source: U32,
    target: U32,
    objects: U32,
    *,
    strata: str,
    window_s: int = ...,
    min_objects: int = ...,
    max_object_actions: int = ...,
    control: RunControl | None = None,
) -> SignificanceResult: ...

class TimingResult:
    common: U32
    met: U32
    expected: F64
    p_value: F64
    log10_p: F64
    testable: int

def timing_test(
    layers: list[ActionLog],
    source: U32,
    target: U32,
    *,
    window_s: int = ...,
    horizon_s: int = ...,
    layer_windows_s: list[int] = ...,
    min_objects: int = ...,
    max_object_actions: int = ...,
    shrinkage: float = ...,
    lockstep_share: float = ...,
    seed: int = ...,
    control: RunControl | None = None,
) -> TimingResult: ...

class SignificantPairs:
    kept: CoactionResult
    tests: SignificanceResult
    pairs: int  # with min_objects objects, kept or not

def significant_coaction(
    log: ActionLog,
    profile: LayerProfile,
    level: float,
    *,
    window_s: int = ...,
    min_objects: int = ...,
    max_object_actions: int = ...,
    memory_bytes: int = ...,
    spill_folder: str = ...,
    control: RunControl | None = None,
) -> SignificantPairs: ...
def hopeful_level(fdr: float, most_pairs: int, tests: int) -> float: ...
def log10_poisson_tail(objects: U32, expected: F64) -> F64: ...
def benjamini_hochberg(log10_p: F64, tests: int) -> F64: ...
def cauchy_combination(pair: U64, log10_p: F64, layers: U32) -> F64: ...
def simhash(
    bytes: npt.NDArray[np.uint8], offsets: I64, *, control: RunControl | None = None
) -> U64: ...
def near_duplicates(
    signature: U64, count: U64, max_bits: int = ..., *, control: RunControl | None = None
) -> U32: ...

class EvidenceResult:
    edge: U64
    object: U32
    source_time_s: I64
    target_time_s: I64
    pairs: U64
    object_actions: U64

def evidence(
    log: ActionLog,
    source: U32,
    target: U32,
    *,
    window_s: int = ...,
    control: RunControl | None = None,
) -> EvidenceResult: ...
def shared_objects(
    log: ActionLog,
    source: U32,
    target: U32,
    *,
    window_s: int = ...,
    max_object_actions: int = ...,
    control: RunControl | None = None,
) -> tuple[U32, U64]: ...

class Graph:
    """Immutable graph, both ways; the constructor makes an undirected, weighted one."""

    def __init__(self, vertex_count: int, source: U32, target: U32, weight: F64) -> None: ...
    @staticmethod
    def build(
        vertex_count: int,
        source: U32,
        target: U32,
        *,
        weight: F64 | None = None,
        time_s: I64 | None = None,
        directed: bool,
        drop_self_loops: bool,
        control: RunControl | None = None,
    ) -> tuple[Graph, int, int]: ...  # graph, self-loops dropped, repeats merged
    def rows_alone(self) -> Graph: ...
    def __len__(self) -> int: ...
    @property
    def directed(self) -> bool: ...
    @property
    def edge_count(self) -> int: ...
    @property
    def offsets(self) -> U64: ...
    @property
    def targets(self) -> U32: ...
    @property
    def weights(self) -> F64 | None: ...
    @property
    def times(self) -> I64 | None: ...
    @property
    def in_offsets(self) -> U64: ...
    @property
    def in_targets(self) -> U32: ...
    @property
    def in_weights(self) -> F64 | None: ...
    @property
    def in_times(self) -> I64 | None: ...

class GraphSnapshot:
    """A graph file; `lockstep.open_graph` wraps it."""

    def __init__(self, path: str, *, full: bool = True) -> None: ...
    @property
    def epoch(self) -> int: ...
    @property
    def compressed(self) -> bool: ...
    @property
    def file_bytes(self) -> int: ...
    @property
    def graph(self) -> Graph: ...
    @property
    def ids(self) -> Ids | None: ...

def write_snapshot(
    path: str,
    graph: Graph,
    *,
    epoch: int = 0,
    ids: Ids | None = None,
    compress: bool = False,
) -> None: ...

class Communities:
    community: U32
    communities: int
    quality: float
    rounds: int
    converged: bool

def leiden(
    graph: Graph,
    *,
    quality: str = ...,  # "modularity" or "cpm"
    resolution: float = ...,
    randomness: float = ...,
    seed: int = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> Communities: ...
def louvain(
    graph: Graph,
    *,
    quality: str = ...,
    resolution: float = ...,
    seed: int = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> Communities: ...
def label_propagation(
    graph: Graph,
    *,
    tolerance: float = ...,
    seed: int = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> Communities: ...
def partition_quality(
    graph: Graph, community: U32, *, quality: str = ..., resolution: float = ...
) -> float: ...
def conductance(graph: Graph, community: U32) -> F64: ...

class PropagationResult:
    scores: F64
    rounds: int
    converged: bool

def propagation(
    graph: Graph,
    seeds: U32,
    weights: F64,
    *,
    damping: float = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> PropagationResult: ...
def explaining_paths(
    graph: Graph,
    seeds: U32,
    weights: F64,
    targets: U32,
    *,
    damping: float = ...,
    control: RunControl | None = None,
) -> list[tuple[list[int], float]]: ...
def forward_push(
    graph: Graph,
    seeds: U32,
    weights: F64,
    *,
    damping: float = ...,
    epsilon: float = ...,
    control: RunControl | None = None,
) -> tuple[U32, F64]: ...  # vertices, ascending, and their scores
def edge_overlap(graph: Graph, *, control: RunControl | None = None) -> Graph: ...
def linear_belief(
    graph: Graph,
    vertices: U32,
    residuals: F64,
    *,
    coupling: str = ...,
    strength: float = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, float, int, bool]: ...  # scores, spectral radius, rounds, converged
def directed_belief(
    graph: Graph,
    vertices: U32,
    residuals: F64,
    *,
    strength: float = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, int, bool]: ...  # scores, rounds, converged
def sybilrank(
    graph: Graph,
    seeds: U32,
    weights: F64,
    *,
    log_base: float = ...,
    control: RunControl | None = None,
) -> tuple[F64, int]: ...  # scores and rounds
def pagerank(
    graph: Graph,
    *,
    damping: float = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    control: RunControl | None = None,
) -> PropagationResult: ...
def connected_components(
    graph: Graph, *, control: RunControl | None = None
) -> tuple[U32, int]: ...  # component of each vertex, and how many
def breadth_first_search(
    graph: Graph, source: int, *, control: RunControl | None = None
) -> tuple[U32, U32, int]: ...  # distance, parent, vertices reached
def core_numbers(
    graph: Graph, *, control: RunControl | None = None
) -> tuple[U32, int]: ...  # core number of each vertex, and the largest
def dense_blocks(
    graph: Graph,
    accounts: int,
    *,
    blocks: int = ...,
    offset: float = ...,
    control: RunControl | None = None,
) -> list[tuple[U32, U32, int, float]]: ...  # accounts, objects, edges, density of each
def bipartite_core(
    graph: Graph,
    accounts: int,
    *,
    min_accounts: int = ...,
    control: RunControl | None = None,
) -> tuple[U32, int]: ...  # largest alpha of each vertex, and of all
def object_features(
    graph: Graph, accounts: int, *, control: RunControl | None = None
) -> tuple[F64, F64]: ...  # log10 of popularity and of authority
def synchrony(
    graph: Graph,
    accounts: int,
    x: F64,
    y: F64,
    *,
    cells: int = ...,
    min_objects: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, F64, F64, F64, F64]: ...  # synchronicity, normality, bound, residual, z
def triangles(
    graph: Graph, *, control: RunControl | None = None
) -> tuple[U64, F64, int, float]: ...  # at each vertex, clustering, total, transitivity
def betweenness(graph: Graph, *, control: RunControl | None = None) -> F64: ...
def induced_subgraph(graph: Graph, vertices: U32) -> tuple[Graph, U32]: ...
def spectral_embedding(
    graph: Graph,
    *,
    dimensions: int = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    seed: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, F64, bool]: ...  # values, a row of as many numbers a vertex, converged
def force_layout(
    graph: Graph,
    vertices: U32,
    x: F64,
    y: F64,
    *,
    iterations: int = ...,
    theta: float = ...,
    gravity: float = ...,
    lin_log: bool = ...,
    seed: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, F64]: ...  # x and y of each vertex
def truncated_svd(
    graph: Graph,
    *,
    dimensions: int = ...,
    tolerance: float = ...,
    max_rounds: int = ...,
    seed: int = ...,
    control: RunControl | None = None,
) -> tuple[F64, F64, F64, bool]: ...  # values, left and right rows, converged

class JobReceipt:
    epoch: int
    content_hash: str
    source: str
    accepted: int
    duplicates: int
    rejected: int
    erased: int
    new_accounts: int
    new_objects: int
    first_s: int
    last_s: int
    committed_s: int
    checksum: int

class IngestJob:
    def append(
        self,
        account: Ids,
        object: Ids,
        time_s: I64,
        kind: U16,
        kind_names: Sequence[str],
        *,
        target: Ids | None = None,
        has_target: U8 | None = None,
    ) -> list[tuple[int, str]]: ...  # (row in the batch, reason) of the rows not taken
    def commit(
        self, *, rejected: int, now_s: int, control: RunControl | None = None
    ) -> JobReceipt: ...
    def abort(self) -> None: ...

class Store:
    """The C++ store; `lockstep.open` wraps it."""

    def __init__(
        self,
        path: str,
        *,
        write: bool = False,
        pseudonym_key: bytes = b"",
        reserve_bytes: int = ...,
    ) -> None: ...
    def close(self) -> None: ...
    def find_job(self, content_hash: str) -> JobReceipt | None: ...
    def jobs(self) -> list[JobReceipt]: ...
    def begin_job(
        self, content_hash: str, source: str, *, expected_bytes: int = 0
    ) -> IngestJob: ...
    def require_space(self, bytes: int) -> None: ...
    def refresh(self) -> None: ...
    def rows_before(self, before_s: int) -> int: ...
    def drop_before(
        self, before_s: int, *, now_s: int, control: RunControl | None = None
    ) -> dict[str, int]: ...
    def drops(self) -> list[dict[str, int]]: ...
    def forget_names(
        self, kept: Sequence[str], *, now_s: int, control: RunControl | None = None
    ) -> dict[str, int]: ...
    def forgettings(self) -> list[dict[str, int]]: ...
    def erase_accounts(
        self, accounts: Sequence[str], *, now_s: int, control: RunControl | None = None
    ) -> dict[str, int]: ...
    def is_erased(self, account: str) -> bool: ...  # an external id, or as `names` gives it
    def erasures(self) -> list[dict[str, int]]: ...
    def compact(self, *, whole: bool = ..., control: RunControl | None = None) -> None: ...
    @property
    def epoch(self) -> int: ...
    def kinds(self) -> list[str]: ...
    def scan(
        self, kind: str, *, from_s: int = ..., to_s: int = ..., control: RunControl | None = None
    ) -> tuple[ActionLog, int]: ...  # the log, and cross-job duplicates dropped
    def account_actions(
        self, account: int, *, from_s: int = ..., to_s: int = ...
    ) -> tuple[U16, U32, I64]: ...  # kind, object, time_s
    def neighbours(
        self, kind: str, account: int, *, direction: str = "out"
    ) -> tuple[U32, U64, I64, I64]: ...  # account, actions, first_s, last_s
    def graph(
        self, kind: str, *, control: RunControl | None = None
    ) -> tuple[Graph, int, int, int]: ...  # graph, epoch, self-loops dropped, repeats merged
    def find_id(self, space: str, external: str) -> int | None: ...  # space: account or object
    def find_stored(self, space: str, name: str) -> int | None: ...  # as `names` gives it
    def names(self, space: str, ids: U32) -> tuple[I64, U8]: ...  # offsets, text
    def stored_name(self, space: str, external: str) -> str: ...
    def info(self) -> dict[str, Any]: ...
    def verify(self, *, control: RunControl | None = None) -> dict[str, Any]: ...

class CaseStore:
    def __init__(self, store_path: str, *, write: bool = False, wait_s: float = 0.0) -> None: ...
    def close(self) -> None: ...
    def store_uuid(self) -> str: ...
    # labels: (account, label, source, confidence, time_s)
    def append_labels(
        self,
        labels: Sequence[tuple[str, str, str, float, int]],
        *,
        content_hash: str,
        actor: str,
        now_s: int,
    ) -> bool: ...
    def labels(self) -> list[tuple[str, str, str, float, int]]: ...
    # entries: (account, event, source, time_s, wave, reason)
    def append_ledger(
        self,
        entries: Sequence[tuple[str, str, str, int, str, str]],
        *,
        content_hash: str,
        actor: str,
        now_s: int,
    ) -> bool: ...
    def append_note(
        self, *, action: str, detail: str, content_hash: str, actor: str, now_s: int
    ) -> bool: ...
    def ledger(self) -> list[tuple[str, str, str, int, str, str]]: ...
    # an entry: case_id, version, time_s, actor, kind, value, note, refers_to, run_id, cluster_id,
    # members
    def append_case_entry(
        self,
        case_id: int,
        *,
        expected_version: int,
        actor: str,
        kind: str,
        now_s: int,
        value: str = "",
        note: str = "",
        refers_to: int = 0,
        run_id: str = "",
        cluster_id: str = "",
        members: Sequence[str] = ...,
    ) -> dict[str, Any]: ...
    def case_entries(self) -> list[dict[str, Any]]: ...
    def audit(self) -> list[dict[str, Any]]: ...
    def verify_audit(self) -> list[str]: ...

__version__: Final[str]

class BackboneResult:
    score: F64
    log10_p: F64  # empty where the method is no test
    q_value: F64
    kept: U8

class Incidence:
    def __init__(self, log: ActionLog, *, max_object_actions: int = ...) -> None: ...
    account_count: int
    object_count: int
    def __len__(self) -> int: ...

TFIDF_QUANTILE: Final[float]

def bicm(incidence: Incidence, *, max_rounds: int = ...) -> tuple[F64, F64, float]: ...
def count_backbone(
    vertex_count: int, source: U32, target: U32, weight: F64, least: float
) -> BackboneResult: ...
def quantile_backbone(
    vertex_count: int, source: U32, target: U32, weight: F64, quantile: float
) -> BackboneResult: ...
def disparity_filter(
    vertex_count: int, source: U32, target: U32, weight: F64, alpha: float
) -> BackboneResult: ...
def noise_corrected(
    vertex_count: int, source: U32, target: U32, weight: F64, delta: float
) -> BackboneResult: ...
def hypergeometric_backbone(
    incidence: Incidence, source: U32, target: U32, fdr: float
) -> BackboneResult: ...
def bicm_backbone(incidence: Incidence, source: U32, target: U32, fdr: float) -> BackboneResult: ...
def tfidf_backbone(
    incidence: Incidence, source: U32, target: U32, quantile: float, min_objects: int
) -> BackboneResult: ...

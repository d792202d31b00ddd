// Finds the vertex under the pointer without looking at all of them.

export class GridIndex {
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly columns: number;
  private readonly rows: number;
  private readonly cell: number;
  private readonly left: number;
  private readonly top: number;

  constructor(
    private readonly x: Float32Array,
    private readonly y: Float32Array,
  ) {
    const n = x.length;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; ++i) {
      left = Math.min(left, x[i]);
      right = Math.max(right, x[i]);
      top = Math.min(top, y[i]);
      bottom = Math.max(bottom, y[i]);
    }
    const side = Math.max(right - left, bottom - top, 1e-9);
    const across = Math.max(1, Math.ceil(Math.sqrt(n)));
    this.cell = n === 0 ? 1 : side / across;
    this.left = n === 0 ? 0 : left;
    this.top = n === 0 ? 0 : top;
    this.columns = n === 0 ? 1 : Math.floor((right - left) / this.cell) + 1;
    this.rows = n === 0 ? 1 : Math.floor((bottom - top) / this.cell) + 1;
    this.first = new Int32Array(this.columns * this.rows).fill(-1);
    this.next = new Int32Array(n).fill(-1);
    for (let i = n - 1; i >= 0; --i) {
      const place = this.row(y[i]) * this.columns + this.column(x[i]);
      this.next[i] = this.first[place];
      this.first[place] = i;
    }
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.left) / this.cell)));
  }

  private row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.top) / this.cell)));
  }

  private *within(left: number, top: number, right: number, bottom: number): Generator<number> {
    const [c0, c1] = [this.column(left), this.column(right)];
    const [r0, r1] = [this.row(top), this.row(bottom)];
    for (let r = r0; r <= r1; ++r) {
      for (let c = c0; c <= c1; ++c) {
        for (let i = this.first[r * this.columns + c]; i >= 0; i = this.next[i]) yield i;
      }
    }
  }

  /** The vertex nearest to a point and at most `radius` away, or -1; of equals the first. */
  nearest(x: number, y: number, radius: number): number {
    let best = -1;
    let least = radius * radius;
    for (const i of this.within(x - radius, y - radius, x + radius, y + radius)) {
      const away = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (away < least || (away === least && (best < 0 || i < best))) [best, least] = [i, away];
    }
    return best;
  }

  /** All vertices in a box, ascending. */
  inside(left: number, top: number, right: number, bottom: number): number[] {
    const found: number[] = [];
    for (const i of this.within(left, top, right, bottom)) {
      const [x, y] = [this.x[i], this.y[i]];
      if (x >= left && x <= right && y >= top && y <= bottom) found.push(i);
    }
    return found.sort((a, b) => a - b);
  }
}

// Colours of canvases come from the same style sheet as all others.

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly picked: string;
  readonly marks: readonly string[];
  readonly groups: readonly string[];
  readonly layers: readonly string[];
  readonly strongLayers: readonly string[];
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || "#888888";
  const numbered = (prefix: string, many: number): string[] =>
    Array.from({ length: many }, (_, i) => colour(`${prefix}${i}`));
  return {
    paper: colour("--paper"),
    ink: colour("--ink"),
    soft: colour("--soft"),
    faint: colour("--faint-edge"),
    picked: colour("--picked"),
    marks: numbered("--mark-", 6),
    groups: numbered("--group-", 8),
    layers: numbered("--pale-", 7),
    strongLayers: numbered("--layer-", 7),
  };
}

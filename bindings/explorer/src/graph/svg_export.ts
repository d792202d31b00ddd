// The picture as a file that scales, with the colours and places that were on the screen.
import { visible } from "../format";
import type { Move } from "./frame";
import { screenRadius, vertexColour, type Scene, type Shown } from "./renderer";

const round = (value: number): string => String(Math.round(value * 10) / 10);

export function escapeXml(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return visible(text).replace(/[&<>"']/g, (char) => named[char]);
}

export function sceneAsSvg(
  scene: Scene,
  shown: Shown,
  move: Move,
  width: number,
  height: number,
  title: string,
): string {
  const { graph, palette } = scene;
  const x = (v: number): string => round(scene.x[v] * move.k + move.x);
  const y = (v: number): string => round(scene.y[v] * move.k + move.y);
  const edges = [...graph.source.keys()].map((e) => {
    const within = shown.edges === null || shown.edges[e] === 1;
    const colour = within ? palette.layers[graph.layer[e]] : palette.faint;
    const [a, b] = [graph.source[e], graph.target[e]];
    return `<line x1="${x(a)}" y1="${y(a)}" x2="${x(b)}" y2="${y(b)}" stroke="${colour}"/>`;
  });
  const vertices = graph.ids.map((id, v) => {
    const within = shown.vertices === null || shown.vertices[v] === 1;
    const colour = within ? vertexColour(scene, v) : palette.faint;
    const ring = shown.picked.has(v) ? ` stroke="${palette.picked}" stroke-width="2.5"` : "";
    const r = round(screenRadius(scene.radius[v], move.k));
    return `<circle cx="${x(v)}" cy="${y(v)}" r="${r}" fill="${colour}"${ring}><title>${escapeXml(scene.label(id))}</title></circle>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${palette.paper}"/>`,
    ...edges,
    ...vertices,
    "</svg>",
  ].join("\n");
}

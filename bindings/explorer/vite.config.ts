import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../lockstep/explorer/static",
    emptyOutDir: true,
    target: "es2022",
    // Data URLs would need a wider policy than the server gives.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8765" } },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});

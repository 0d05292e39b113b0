import { createHash } from "node:crypto";
import { lingui } from "@lingui/vite-plugin";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";

const BASE = "/static/portal/";

/** The page that the phone keeps is Django's, and is kept anew with each build. */
function withShell(entries: { url: string; revision: string | null; size: number }[]) {
  const revision = createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 12);
  return { manifest: [...entries, { url: "/shell", revision, size: 0 }] };
}

// The build is committed and served by Django from /static/portal/; the manifest names its hashed files.
export default defineConfig({
  base: BASE,
  build: { manifest: true, outDir: "dist", emptyOutDir: true, target: "es2020", sourcemap: false },
  oxc: { jsx: { runtime: "automatic" } },
  plugins: [
    lingui({ failOnMissing: true, failOnCompileError: true }),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      injectRegister: false,
      manifest: false,
      injectManifest: {
        globPatterns: ["assets/*.{js,css}"],
        modifyURLPrefix: { "assets/": `${BASE}assets/` },
        dontCacheBustURLsMatching: /-[\w-]{8}\.\w+$/,
        manifestTransforms: [withShell],
      },
    }),
  ],
  test: { environment: "jsdom", setupFiles: "src/tests/setup.ts", include: ["src/**/*.test.{ts,tsx}"] },
});

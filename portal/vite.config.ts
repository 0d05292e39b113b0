import { defineConfig } from "vite";

// The build is committed and served by Django from /static/portal/; the manifest names its hashed files.
export default defineConfig({
  base: "/static/portal/",
  build: { manifest: true, outDir: "dist", emptyOutDir: true, target: "es2020", sourcemap: false },
  oxc: { jsx: { runtime: "automatic" } },
});

import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

// English words are their own keys; sentences of the server are called problem.<code>.
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "st"],
  catalogs: [{ path: "<rootDir>/src/locales/{locale}", include: ["src"] }],
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false, origins: false }),
});

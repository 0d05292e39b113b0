import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

const SMALL = {
  "max-len": ["error", { code: 120 }],
  "max-lines": ["error", { max: 350 }],
  "max-lines-per-function": ["error", { max: 45 }],
};

export default defineConfig(
  { ignores: ["dist", "src/schema.ts"] }, // made by programs
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  { rules: SMALL },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [typescript.configs.strictTypeChecked, a11y.flatConfigs.strict, hooks.configs.flat["recommended-latest"]],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // A handler may be async: React does not wait for it, and what it has to say is said by its own page.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // A region that scrolls must be within reach of the keyboard.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["region"], tags: [] }],
    },
  },
  // A group of tests is one function.
  { files: ["src/tests/**"], rules: { "max-lines-per-function": "off" } },
);

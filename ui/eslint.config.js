import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const hostOnly = {
  group: ["@tauri-apps/*"],
  message: "Only src/bridge talks to the host.",
};
const noDomains = {
  group: ["../*/*", "!../texts"],
  message: "src/design knows no domain.",
};

export default ts.config(
  { ignores: ["dist", "src/bridge/messages.gen.ts"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/prefer-svelte-reactivity": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, varsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      "no-restricted-imports": ["error", { patterns: [hostOnly] }],
    },
  },
  { files: ["src/bridge/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["src/design/**"], rules: { "no-restricted-imports": ["error", { patterns: [hostOnly, noDomains] }] } },
);

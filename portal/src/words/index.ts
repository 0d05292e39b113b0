// Every word of the portal, in English and in Sesotho as it is written in Lesotho. The English is the key: a word that
// is not here does not compile, and tests/test_portal_words.py finds text that is not passed through `t`.
import { DOORS } from "./doors";
import { FRAME } from "./frame";
import { HISTORY } from "./history";
import { LABELS } from "./labels";
import { LOANS } from "./loans";
import { MONTHS } from "./months";
import { PRODUCTS } from "./products";
import { PROFILE } from "./profile";
import { SAID } from "./said";

const ST = { ...FRAME, ...DOORS, ...LOANS, ...PRODUCTS, ...HISTORY, ...PROFILE, ...LABELS };

export type Words = keyof typeof ST;
export type Language = keyof typeof MONTHS;
const KEPT = "letsema-language";

let chosen: Language = localStorage.getItem(KEPT) === "st" ? "st" : "en";

export const language = (): Language => chosen;

/** Chosen at the first page, remembered on this phone. */
export function choose(wanted: Language): void {
  chosen = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

export function t(words: Words, values: Record<string, string | number> = {}): string {
  const said: string = chosen === "st" ? ST[words] : words;
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

const isWords = (text: string): text is Words => text in ST;

/** A label of the server's own: in Sesotho where it is known, as it came otherwise. */
export const label = (text: string): string => (isWords(text) ? t(text) : text);

/** A text that the server sends in both languages. */
export const inLanguage = (text: { english: string; sesotho: string }): string =>
  chosen === "st" ? text.sesotho : text.english;

/** The name of a month, counted from 0. */
export const month = (n: number): string => MONTHS[chosen][n] ?? "";

/** A sentence of the server in the language of the page where we know it; as it came otherwise. */
export function heard(sentence: string): string {
  if (chosen === "en") return sentence;
  for (const [english, sesotho] of Object.entries(SAID)) {
    const names = [...english.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
    const found = pattern(english).exec(sentence);
    if (found) return sesotho.replace(/\{(\w+)\}/g, (_, name: string) => found[names.indexOf(name) + 1] ?? "");
  }
  return sentence;
}

/** What finds a sentence of the server, whatever stands in its places. */
function pattern(english: string): RegExp {
  const parts = english.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+)")}$`, "s");
}

// The words of the portal, by Lingui: English words are their own keys, translated in locales/*.po. What the server
// refuses is called problem.<code> there.
import { i18n, type Messages } from "@lingui/core";
import { isKeptPage } from "../page";
import { MONTHS } from "./months";

export type Language = keyof typeof MONTHS;
export type Values = Record<string, string | number>;

const CATALOGS: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: () => import("../locales/en.po"),
  st: () => import("../locales/st.po"),
};
const COOKIE = "letsema_language"; // the server reads it, so that the page begins in this language
const A_YEAR = 365 * 24 * 60 * 60;

const isLanguage = (code?: string): code is Language => code === "en" || code === "st";

export const language = (): Language => (isLanguage(i18n.locale) ? i18n.locale : "en");

/** The language in which the server sent the page; of a page that the phone kept, the one that was chosen last. */
export function languageAtFirst(): Language {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(document.cookie)?.[1];
  const wanted = isKeptPage ? chosen : document.documentElement.lang;
  return isLanguage(wanted) ? wanted : "en";
}

/** Fetches the words of a language and speaks it from now on; remembered on this phone. */
export async function speak(wanted: Language): Promise<void> {
  const { messages } = await CATALOGS[wanted]();
  i18n.loadAndActivate({ locale: wanted, messages });
  document.documentElement.lang = wanted;
  document.cookie = `${COOKIE}=${wanted}; path=/; max-age=${A_YEAR}; samesite=lax`;
}

/** Words in the language of the page, with their places filled. */
export const t = (words: string, values: Values = {}): string => i18n._(words, values);

/** Whether there are words of this name: a sentence of the server may be newer than this page. */
export const isKnown = (name: string): boolean => name in i18n.messages;

/** A text that the server sends in both languages. */
export const inLanguage = (text: { english: string; sesotho: string }): string =>
  language() === "st" ? text.sesotho : text.english;

/** The name of a month, counted from 0. */
export const month = (n: number): string => MONTHS[language()][n] ?? "";

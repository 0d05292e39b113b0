// What stands around every page.
import type { MouseEvent } from "react";
import { brand, root } from "./page";
import { language, t, type Language } from "./words";

const PAGES: [address: string, name: string][] = [
  ["/", "Loans"],
  ["/products", "Borrow"],
  ["/history", "History"],
  ["/profile", "Me"],
];
const LANGUAGES: [Language, string][] = [
  ["en", "English"],
  ["st", "Sesotho"],
];

/** Moves whoever reads by keyboard or by ear to the page itself. */
export const focusPage = (): void => document.getElementById("main")?.focus();

/** Past the header; it must not change the address, which says what page this is. */
export function SkipLink() {
  function skip(event: MouseEvent) {
    event.preventDefault();
    focusPage();
  }
  return (
    <a className="skip" href="#main" onClick={skip}>
      {t("Skip to the page")}
    </a>
  );
}

export function Header({ signedIn, leave }: { signedIn: boolean; leave: () => Promise<void> }) {
  return (
    <header>
      <a className="brand" href="#/">
        <img src={root.dataset.logo} alt="" width="32" height="32" /> {brand}
      </a>
      {signedIn && (
        <button className="link" onClick={leave}>
          {t("Sign out")}
        </button>
      )}
    </header>
  );
}

interface LanguagesProps {
  speak: (wanted: Language) => Promise<void>;
}

export function Languages({ speak }: LanguagesProps) {
  return (
    <section className="languages" aria-label={t("Language")}>
      <LanguageButtons speak={speak} />
    </section>
  );
}

export function LanguageButtons({ speak }: LanguagesProps) {
  return LANGUAGES.map(([code, name]) => (
    <button key={code} lang={code} aria-pressed={language() === code} onClick={() => speak(code)}>
      {name}
    </button>
  ));
}

const isOn = (address: string, path: string): boolean =>
  address === "/" ? path === "/" : path === address || path.startsWith(`${address}/`);

export function Navigation({ path }: { path: string }) {
  return (
    <nav aria-label={t("Main")}>
      {PAGES.map(([address, name]) => (
        <a key={address} href={`#${address}`} aria-current={isOn(address, path) ? "page" : undefined}>
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

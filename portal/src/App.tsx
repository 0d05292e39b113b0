import { Suspense, lazy, useEffect, useState } from "react";
import { call, forgetEverything, keptAt, onKept, session, signedInAtFirst } from "./api";
import { Door } from "./Door";
import { moment } from "./format";
import { Loans } from "./Loans";
import { choose, language, t, type Language, type Words } from "./words";

// What the first page does not need comes after it.
const History = lazy(() => import("./History").then((m) => ({ default: m.History })));
const LoanPage = lazy(() => import("./LoanPage").then((m) => ({ default: m.LoanPage })));
const Products = lazy(() => import("./Products").then((m) => ({ default: m.Products })));
const Profile = lazy(() => import("./Profile").then((m) => ({ default: m.Profile })));

const root = document.getElementById("root")!;
const brand = root.dataset.brand ?? "Letsema";
const PAGES: [string, Words][] = [["", "Loans"], ["products", "Borrow"], ["history", "History"], ["profile", "Me"]];
const LANGUAGES: [Language, string][] = [["en", "English"], ["st", "Sesotho"]];

/** The page's address after the #, so that Back works and a page can be kept as a bookmark. */
function usePath(): string[] {
  const read = () => window.location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  const [path, setPath] = useState(read);
  useEffect(() => {
    const changed = () => {
      setPath(read());
      window.scrollTo(0, 0);
      document.getElementById("main")?.focus();
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return path;
}

export function App() {
  const [signedIn, setSignedIn] = useState(signedInAtFirst);
  const [spoken, setSpoken] = useState(language());
  const [kept, setKept] = useState(keptAt());
  const [page, id] = usePath();
  useEffect(() => onKept(setKept), []);

  async function entered() {
    setSignedIn(await session()); // a new session has a new CSRF token
    if (page === "sign-in" || page === "register" || page === "reset") window.location.hash = "#/";
  }
  async function leave() {
    await call("POST", "sign-out");
    await forgetEverything(); // what the phone kept for times without a connection is this person's alone
    setSignedIn(await session());
    window.location.hash = "#/";
  }
  function speak(wanted: Language) {
    choose(wanted);
    setSpoken(wanted);
    if (signedIn) call("PUT", "me/settings", { language: wanted }).catch(() => undefined); // for messages and papers
  }

  return (
    <>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>{t("Skip to the page")}</a>
      <header>
        <a className="brand" href="#/"><img src={root.dataset.logo} alt="" width="32" height="32" /> {brand}</a>
        {signedIn && <button className="link" onClick={leave}>{t("Sign out")}</button>}
      </header>
      <section className="languages" aria-label={t("Language")}>
        {LANGUAGES.map(([code, name]) => <button key={code} lang={code} aria-pressed={spoken === code} onClick={() => speak(code)}>{name}</button>)}
      </section>
      <main id="main" tabIndex={-1} key={spoken}>
        {kept && <p className="note aside" role="status">{t("No connection. This is how it stood on {at}.", { at: moment(kept) })}</p>}
        <Suspense fallback={<p className="quiet" role="status">{t("Loading …")}</p>}>{body()}</Suspense>
      </main>
      {signedIn && (
        <nav aria-label={t("Main")}>
          {PAGES.map(([to, name]) => (
            <a key={to} href={`#/${to}`} aria-current={(page ?? "") === to ? "page" : undefined}>{t(name)}</a>
          ))}
        </nav>
      )}
    </>
  );

  function body() {
    if (page === "products") return <Products id={id} signedIn={signedIn} />;
    if (!signedIn) return <Door key={page} brand={brand} page={page} entered={entered} />;
    if (page === "loans" && id) return <LoanPage id={id} />;
    if (page === "history") return <History />;
    if (page === "profile") return <Profile />;
    return <Loans />;
  }
}

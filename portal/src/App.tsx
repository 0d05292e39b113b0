import { Suspense, useEffect, useState } from "react";
import { call, forgetEverything, keptAt, onKept, session } from "./api";
import { Door, DOORS } from "./doors/Door";
import { moment } from "./format";
import { focusPage, Header, Languages, Navigation, SkipLink } from "./Frame";
import { Loans } from "./loan/Loans";
import { signedInAtFirst } from "./page";
import { History, LoanPage, Products, Profile } from "./pages";
import { choose, language, t, type Language } from "./words";

const readPath = (): string[] => window.location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);

/** The page's address after the #, so that Back works and a page can be kept as a bookmark. */
function usePath(): string[] {
  const [path, setPath] = useState(readPath);
  useEffect(() => {
    const changed = () => {
      setPath(readPath());
      window.scrollTo(0, 0);
      focusPage();
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return path;
}

export function App() {
  const [signedIn, setSignedIn] = useState(signedInAtFirst);
  const [spoken, setSpoken] = useState(language);
  const [page = "", id] = usePath();

  async function entered() {
    setSignedIn(await session()); // a new session has a new CSRF token
    if (DOORS.includes(page)) window.location.hash = "#/";
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
      <SkipLink />
      <Header signedIn={signedIn} leave={leave} />
      <Languages speak={speak} />
      <main id="main" tabIndex={-1} key={spoken}>
        <Age />
        <Suspense
          fallback={
            <p className="quiet" role="status">
              {t("Loading …")}
            </p>
          }
        >
          <Page page={page} id={id} signedIn={signedIn} entered={entered} />
        </Suspense>
      </main>
      {signedIn && <Navigation page={page} />}
    </>
  );
}

/** How old what is shown is, where there is no connection. */
function Age() {
  const [kept, setKept] = useState(keptAt);
  useEffect(() => onKept(setKept), []);
  if (!kept) return null;
  return (
    <p className="note aside" role="status">
      {t("No connection. This is how it stood on {at}.", { at: moment(kept) })}
    </p>
  );
}

interface PageProps {
  page: string;
  id?: string;
  signedIn: boolean;
  entered: () => Promise<void>;
}

function Page({ page, id, signedIn, entered }: PageProps) {
  if (page === "products") return <Products id={id} signedIn={signedIn} />;
  if (!signedIn) return <Door key={page} page={page} entered={entered} />;
  if (page === "loans" && id) return <LoanPage key={id} id={id} />;
  if (page === "history") return <History />;
  if (page === "profile") return <Profile />;
  return <Loans />;
}

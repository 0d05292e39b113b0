import { useEffect, useState } from "react";
import { Refused, call, session } from "./api";
import { Door } from "./Door";
import { History } from "./History";
import { LoanPage } from "./LoanPage";
import { Loans } from "./Loans";
import { Products } from "./Products";
import { Profile } from "./Profile";

const root = document.getElementById("root")!;
const brand = root.dataset.brand ?? "Letsema";

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
  const [signedIn, setSignedIn] = useState<boolean | null>(null);
  const [error, setError] = useState("");
  const [page, id] = usePath();
  useEffect(() => {
    session().then(setSignedIn, (reason: Refused) => setError(reason.message));
  }, []);

  async function entered() {
    setSignedIn(await session()); // a new session has a new CSRF token
    if (page === "sign-in" || page === "register") window.location.hash = "#/";
  }
  async function leave() {
    await call("POST", "sign-out");
    setSignedIn(await session());
    window.location.hash = "#/";
  }

  return (
    <>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the page</a>
      <header>
        <a className="brand" href="#/"><img src={root.dataset.logo} alt="" width="32" height="32" /> {brand}</a>
        {signedIn && <button className="link" onClick={leave}>Sign out</button>}
      </header>
      <main id="main" tabIndex={-1}>
        {error && <div className="note bad" role="alert">{error}</div>}
        {signedIn === null ? !error && <p role="status">Loading …</p> : body()}
      </main>
      {signedIn && (
        <nav aria-label="Main">
          {[["", "Loans"], ["products", "Borrow"], ["history", "History"], ["profile", "Me"]].map(([to, label]) => (
            <a key={to} href={`#/${to}`} aria-current={(page ?? "") === to ? "page" : undefined}>{label}</a>
          ))}
        </nav>
      )}
    </>
  );

  function body() {
    if (page === "products") return <Products id={id} signedIn={!!signedIn} />;
    if (!signedIn) return <Door brand={brand} register={page === "register"} entered={entered} />;
    if (page === "loans" && id) return <LoanPage id={id} />;
    if (page === "history") return <History />;
    if (page === "profile") return <Profile />;
    return <Loans />;
  }
}

import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { Redirect, Route, Router, Switch, useLocation } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { leave, noteChosen, saveLanguage } from "./api/entry";
import { Door } from "./doors/Door";
import { focusPage, Header, Languages, Navigation, SkipLink } from "./Frame";
import { answers } from "./kept/answers";
import { Loans } from "./loan/Loans";
import { History, LoanPage, Me, Products } from "./pages";
import { currentAccount, useSession } from "./session";
import { Age } from "./ui/Age";
import { Loading } from "./ui/asked";
import { Guarded } from "./ui/Fault";
import { language, speak, type Language } from "./words";

export function App() {
  return (
    <QueryClientProvider client={answers}>
      {/* The address after the #: Back works, and a page can be kept as a bookmark. */}
      <Router hook={useHashLocation}>
        <Framed />
      </Router>
    </QueryClientProvider>
  );
}

function Framed() {
  const { account } = useSession();
  const [spoken, setSpoken] = useState(language);
  const [path, go] = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0);
    focusPage();
  }, [path]);

  async function change(wanted: Language) {
    await speak(wanted);
    setSpoken(wanted);
    if (currentAccount()) await saveLanguage();
    else noteChosen();
  }
  async function signOut() {
    const left = leave();
    go("/");
    await left;
  }
  return (
    <>
      <SkipLink />
      <Header signedIn={!!account} leave={signOut} />
      <Languages speak={change} />
      <main id="main" tabIndex={-1} key={`${spoken} ${account ?? ""}`}>
        <Age />
        <Guarded of={path}>
          <Suspense fallback={<Loading />}>
            <Pages signedIn={!!account} entered={() => setSpoken(language())} speak={change} />
          </Suspense>
        </Guarded>
      </main>
      {account && <Navigation path={path} />}
    </>
  );
}

const DOORS = ["/sign-in", "/register", "/reset"];

interface PagesProps {
  signedIn: boolean;
  entered: () => void;
  speak: (wanted: Language) => Promise<void>;
}

function Pages({ signedIn, entered, speak }: PagesProps) {
  const [path] = useLocation();
  return (
    <Switch>
      <Route path="/products/:id?">{({ id }) => <Products id={id} signedIn={signedIn} />}</Route>
      {!signedIn && (
        <Route>
          <Door key={path} path={path} entered={entered} />
        </Route>
      )}
      <Route path="/loans/:id">{({ id }) => <LoanPage key={id} id={id} />}</Route>
      <Route path="/history" component={History} />
      <Route path="/profile/:part?">{({ part }) => <Me part={part} speak={speak} />}</Route>
      <Route>{DOORS.includes(path) ? <Redirect to="/" /> : <Loans />}</Route>
    </Switch>
  );
}

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { choose, language } from "./words";
import "./portal.css";

choose(language()); // says the page's language to screen readers
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
// Keeps the pages for times without a connection. Without it everything works, on the line alone.
navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
// The other pages are fetched once the first one is of use, so that they are there when the line is not.
window.addEventListener("load", () => setTimeout(() => {
  for (const load of [() => import("./LoanPage"), () => import("./Products"), () => import("./History"), () => import("./Profile")]) load().catch(() => undefined);
}, 2000));

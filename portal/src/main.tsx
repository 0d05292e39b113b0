import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { root } from "./page";
import { fetchPages } from "./pages";
import { choose, language } from "./words";
import "./styles/index.css";

choose(language()); // says the page's language to screen readers
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
// Keeps the pages for times without a connection. Without it everything works, on the line alone.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => undefined);
window.addEventListener("load", () => setTimeout(fetchPages, 2000)); // once the first page is of use

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { finishLeaving } from "./api/entry";
import { App } from "./App";
import { root } from "./page";
import { begin } from "./session";
import { languageAtFirst, speak } from "./words";
import "./styles/index.css";

const TRIED = "letsema-reloaded";

/** After a deploy a page that was open asks for parts that are gone: it is opened anew, once. */
function reloadOnce(event: Event): void {
  try {
    if (sessionStorage.getItem(TRIED) === "yes") return;
    sessionStorage.setItem(TRIED, "yes");
  } catch {
    return; // without a memory it could go round and round: the page says what to do
  }
  event.preventDefault();
  window.location.reload();
}
window.addEventListener("vite:preloadError", reloadOnce);

async function start(): Promise<void> {
  await Promise.all([speak(languageAtFirst()), begin()]);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void finishLeaving();
  window.addEventListener("online", () => void finishLeaving());
}
void start();

// Keeps the portal for times without a connection. Without it everything works, on the line alone.
function install(): void {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  setTimeout(forgetTried, 10_000);
}
function forgetTried(): void {
  try {
    sessionStorage.removeItem(TRIED);
  } catch {
    // Nothing was kept.
  }
}
if (document.readyState === "complete") install();
else window.addEventListener("load", install);

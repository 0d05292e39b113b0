import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// The page as the server sends it.
document.body.innerHTML = '<div id="root" data-brand="Khotso" data-account="" data-csrf="token"></div>';
window.scrollTo = () => undefined;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  localStorage.clear();
});

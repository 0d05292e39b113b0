function served(): HTMLElement {
  const element = document.getElementById("root");
  if (!element) throw new Error("The page has no element #root.");
  return element;
}

/** The element of the page that the server sent: the portal stands in it, and it says whose portal this is. */
export const root = served();
export const brand = root.dataset.brand ?? "Letsema";

/** Whether this is the page that the phone kept: it says nothing of who is signed in. */
export const isKeptPage = root.dataset.kept === "yes";

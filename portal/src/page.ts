function served(): HTMLElement {
  const element = document.getElementById("root");
  if (!element) throw new Error("The page has no element #root.");
  return element;
}

/** The element of the page that the server sent: the portal stands in it, and it says whose portal this is. */
export const root = served();
export const brand = root.dataset.brand ?? "Letsema";

/** Whether somebody is signed in, as the page itself came with it. */
export const signedInAtFirst = (): boolean => root.dataset.signedIn === "yes";

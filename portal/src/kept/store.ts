// What this phone keeps. A browser may refuse to keep anything, or be full: then it is kept while the page is open.
const inMemory = new Map<string, string>();

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** As `localStorage`, but it never throws. */
export const store = {
  getItem(name: string): string | null {
    try {
      return inMemory.get(name) ?? storage()?.getItem(name) ?? null;
    } catch {
      return null;
    }
  },
  setItem(name: string, value: string): void {
    try {
      const place = storage();
      if (!place) throw new Error("refused");
      place.setItem(name, value);
      inMemory.delete(name);
    } catch {
      inMemory.set(name, value);
    }
  },
  removeItem(name: string): void {
    inMemory.delete(name);
    try {
      storage()?.removeItem(name);
    } catch {
      // Nothing was kept there.
    }
  },
  names(): string[] {
    try {
      return [...inMemory.keys(), ...Object.keys(storage() ?? {})];
    } catch {
      return [...inMemory.keys()];
    }
  },
};

const OURS = "letsema";

/** Whose page it was last, for times when the server cannot be asked. */
export const LAST = "letsema-account";

/** The name of what is kept for one account. */
export const nameOf = (account: string, what: string): string => `${OURS}:${account}:${what}`;

/** Removes whatever this phone keeps of anybody but `account`; of everybody, where none is named. */
export function forgetAllBut(account: string | null): void {
  const own = account === null ? null : nameOf(account, "");
  for (const name of store.names()) {
    const stays = own !== null && (name === LAST || name.startsWith(own));
    if (name.startsWith(OURS) && !stays) store.removeItem(name);
  }
}

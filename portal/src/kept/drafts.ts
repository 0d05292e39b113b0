// What is filled in for a loan stays on this phone, with the account: it survives a lost line, a closed page and an
// empty battery. Before anybody signed in it is kept while the page is open, and then belongs to whoever does.
import { nameOf, store } from "./store";

export interface Draft {
  principal: string;
  installments: string;
  purpose: string;
  listed_purpose_id: string; // empty where none of the list is meant
  key: string; // one application, however often it is sent
}

const ofNobody = new Map<string, string>();

const placeOf = (account: string, product: string): string => nameOf(account, `draft:${product}`);

export function readDraft(account: string | null, product: string): Partial<Draft> {
  const early = ofNobody.get(product);
  const kept = early ?? (account ? store.getItem(placeOf(account, product)) : null);
  try {
    return kept ? (JSON.parse(kept) as Partial<Draft>) : {};
  } catch {
    return {};
  }
}

export function writeDraft(account: string | null, product: string, draft: Draft): void {
  const text = JSON.stringify(draft);
  if (account) {
    ofNobody.delete(product);
    store.setItem(placeOf(account, product), text);
  } else ofNobody.set(product, text);
}

/** Removes it, once it was sent. */
export function forgetDraft(account: string | null, product: string): void {
  ofNobody.delete(product);
  if (account) store.removeItem(placeOf(account, product));
}

/** Removes what was filled in before anybody signed in. */
export function forgetDraftsOfNobody(): void {
  ofNobody.clear();
}

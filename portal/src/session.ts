// Who is signed in on this phone. What is kept belongs to that account and goes with its session, however that ends.
import { useSyncExternalStore } from "react";
import { forgetAnswers, keepAnswersOf } from "./kept/answers";
import { forgetDraftsOfNobody } from "./kept/drafts";
import { forgetAllBut, LAST, store } from "./kept/store";
import { isKeptPage, root } from "./page";

export interface Session {
  account: string | null;
  ended: boolean; // it ended by itself, and the person is to be told so once
  left: boolean; // somebody signed out here, and the server does not know it yet
}

const LEFT = "letsema_left"; // a cookie, as it must outlast what a browser refuses to store
const A_MONTH = 30 * 24 * 60 * 60; // seconds

let session: Session = { account: null, ended: false, left: false };
const listeners = new Set<() => void>();

function set(next: Session): void {
  session = next;
  listeners.forEach((listen) => listen());
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentAccount = (): string | null => session.account;
export const useSession = (): Session => useSyncExternalStore(listen, () => session);

export const hasLeft = (): boolean => document.cookie.split("; ").includes(`${LEFT}=1`);

/** Notes that somebody signed out here; or, once the server knows it, that it does. */
export function noteLeft(left: boolean): void {
  document.cookie = `${LEFT}=${left ? "1" : ""}; path=/; max-age=${left ? A_MONTH : 0}; samesite=lax`;
  set({ ...session, left });
}

/** Takes up the session with which the page came. */
export async function begin(): Promise<void> {
  const last = store.getItem(LAST);
  const served = isKeptPage ? last : root.dataset.account || null;
  const account = hasLeft() ? null : served;
  if (account) await enter(account);
  else forget(!hasLeft() && !!last);
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === LAST && newValue !== session.account) followOtherPage(newValue);
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    // A page that the browser had put aside comes back as it was, whoever is signed in by now.
    if (persisted && session.account && store.getItem(LAST) !== session.account) window.location.reload();
  });
}

/** Another page of this browser signed in or out. */
function followOtherPage(account: string | null): void {
  if (account === null) forget(false);
  else window.location.reload();
}

/** Somebody is signed in: nothing of anybody else stays on this phone. */
export async function enter(account: string): Promise<void> {
  noteLeft(false);
  forgetAllBut(account);
  if (session.account !== account) forgetAnswers();
  store.setItem(LAST, account);
  await keepAnswersOf(account);
  set({ account, ended: false, left: false });
}

/** The session is over: what was kept with it is gone, and the sign-in is shown. */
export function forget(ended: boolean): void {
  forgetAnswers();
  forgetDraftsOfNobody();
  forgetAllBut(null);
  set({ account: null, ended, left: hasLeft() });
}

/** Called where the server says that nobody is signed in, however often it says so. */
export function sessionEnded(): void {
  if (session.account) forget(true);
}

// Calls of the borrowers' API, with the session's cookie and its CSRF token.
import type { components } from "./schema"; // made from the API's own description: npm run describe
import { heard, language, t, type Words } from "./words";

type Shapes = components["schemas"];
export type Me = Shapes["Me"];
export type Product = Shapes["ProductOut"];
export type Installment = Shapes["InstallmentOut"];
export type Quote = Shapes["QuoteOut"];
export type KeyFacts = Shapes["KeyFactsOut"];
export type Loan = Shapes["LoanOut"];
export type LoanDetail = Shapes["LoanDetail"];
export type Repayment = Shapes["RepaymentOut"];
export type Payment = Shapes["PaymentOut"];
export type Statement = Shapes["StatementOut"];
export type Paper = Shapes["DocumentOut"];
export type Complaint = Shapes["ComplaintOut"];
export type Session = Shapes["SignInOut"];
export type Message = Shapes["MessageOut"];
export type History = Shapes["HistoryOut"];
export type Dispute = Shapes["DisputeOut"];
export type ConsentText = Shapes["ConsentTextOut"];
export type Consent = Shapes["ConsentOut"];
export interface Page<T> { items: T[]; next: string | null }

/** A refusal of the server: a sentence for the person, and the fields at fault. */
export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly errors: Record<string, string[]> = {}, readonly code = "") {
    super(message);
  }
}

const page = document.getElementById("root")!.dataset;
let csrf = page.csrf ?? "";

/** Whether somebody is signed in, as the page itself came with it. */
export const signedInAtFirst = (): boolean => page.signedIn === "yes";

let kept: Date | null = null;
const listeners = new Set<(at: Date | null) => void>();

/** When what is shown was kept, where there is no connection; null where it is fresh. */
export const keptAt = (): Date | null => kept;

export function onKept(listen: (at: Date | null) => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

function told(answer: Response): void {
  const at = answer.headers.get("X-Kept-At"); // written by the service worker
  kept = at ? new Date(Number(at)) : null;
  listeners.forEach((listen) => listen(kept));
}

/** Removes from this phone what was kept for times without a connection. */
export async function forgetEverything(): Promise<void> {
  if (!("caches" in window)) return;
  await caches.delete("letsema-answers");
  await (await caches.open("letsema-shell")).delete("/"); // it says who was signed in
}

export async function session(): Promise<boolean> {
  const found = await call<{ signed_in: boolean; csrf_token: string }>("GET", "session");
  csrf = found.csrf_token;
  return found.signed_in;
}

// What the server says in English; its code tells which of our sentences it is.
const REFUSALS: Record<string, Words> = {
  wrong_sign_in: "This e-mail or phone and password do not go together.",
  locked_out: "Too many wrong passwords. Wait a quarter of an hour, or reset your password.",
  too_many_calls: "Too many calls in a short time. Wait a minute.",
  invalid: "Please look at the fields that are marked.",
  too_many_codes: "You have had five codes within the hour; wait before you ask for another.",
};

function sentence(found: { detail?: string; code?: string } | null): string {
  const known = found?.code ? REFUSALS[found.code] : undefined;
  if (known && language() !== "en") return t(known);
  return found?.detail ? heard(found.detail) : t("Something went wrong; please try again.");
}

/** The faults of each field, in the language of the page where we know the sentence. */
const faults = (errors: Record<string, string[]> = {}): Record<string, string[]> =>
  Object.fromEntries(Object.entries(errors).map(([field, found]) => [field, found.map(heard)]));

/** One call. What moves money carries a key, so that sending it again after a lost line changes nothing. */
export async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const isForm = body instanceof FormData;
  if (method !== "GET") {
    if (!isForm) headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = csrf;
  }
  if (key) headers["Idempotency-Key"] = key;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/${path}`, { method, headers, body: body === undefined ? undefined : isForm ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(0, t("The line is down. Nothing was lost; try again when you have a connection."));
  }
  if (method === "GET") told(answer);
  if (answer.status === 204) return undefined as T;
  const type = answer.headers.get("content-type") ?? "";
  const found = type.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, sentence(found), faults(found?.errors), found?.code);
  return found as T;
}

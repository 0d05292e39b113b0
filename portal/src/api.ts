// Calls of the borrowers' API, with the session's cookie and its CSRF token.
import { root } from "./page";
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
export type LoanDocument = Shapes["DocumentOut"];
export type Complaint = Shapes["ComplaintOut"];
export type Session = Shapes["SignInOut"];
export type Message = Shapes["MessageOut"];
export type CreditHistory = Shapes["HistoryOut"];
export type HistoryAccount = Shapes["HistoryAccountOut"];
export type HistoryEvent = Shapes["HistoryEventOut"];
export type Score = Shapes["ScoreOut"];
export type PastScore = Shapes["PastScoreOut"];
export type Inquiry = Shapes["LookUpOut"];
export type Dispute = Shapes["DisputeOut"];
export type ConsentText = Shapes["ConsentTextOut"];
export type Consent = Shapes["ConsentOut"];
type Problem = Shapes["Problem"];
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The faults of each field, in sentences. */
export type Errors = Record<string, string[]>;

/** A refusal of the server: a sentence for the person, and the fields at fault. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors: Errors = {},
    readonly code = "",
  ) {
    super(message);
  }
}

/** Whatever was thrown, as a refusal that can be shown. */
export const asRefused = (reason: unknown): Refused =>
  reason instanceof Refused ? reason : new Refused(0, t("Something went wrong; please try again."));

let csrf = root.dataset.csrf ?? "";

let kept: Date | null = null;
const listeners = new Set<(at: Date | null) => void>();

/** When what is shown was kept, where there is no connection; null where it is fresh. */
export const keptAt = (): Date | null => kept;

export function onKept(listen: (at: Date | null) => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

function noteAge(answer: Response): void {
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
  const { signed_in, csrf_token } = await call<{ signed_in: boolean; csrf_token: string }>("GET", "session");
  csrf = csrf_token;
  return signed_in;
}

// What the server says in English; its code tells which of our sentences it is.
const REFUSALS: Record<string, Words> = {
  wrong_sign_in: "This e-mail or phone and password do not go together.",
  locked_out: "Too many wrong passwords. Wait a quarter of an hour, or reset your password.",
  too_many_calls: "Too many calls in a short time. Wait a minute.",
  invalid: "Please look at the fields that are marked.",
  too_many_codes: "You have had five codes within the hour; wait before you ask for another.",
};

function sentence(problem: Partial<Problem>): string {
  const known = REFUSALS[problem.code ?? ""];
  if (known && language() !== "en") return t(known);
  return problem.detail ? heard(problem.detail) : t("Something went wrong; please try again.");
}

/** What the server's problem details say, in the language of the page where we know the sentences. */
function refusal(status: number, problem: Partial<Problem>): Refused {
  const errors = Object.entries(problem.errors ?? {}).map(([field, faults]) => [field, faults.map(heard)]);
  return new Refused(status, sentence(problem), Object.fromEntries(errors) as Errors, problem.code ?? "");
}

/** One call. What moves money carries a key, so that sending it again after a lost line changes nothing. */
export async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const answer = await fetched(path, { method, headers: headers(method, body, key), body: encoded(body) });
  if (method === "GET") noteAge(answer);
  if (answer.status === 204) return undefined as T;
  const type = answer.headers.get("content-type") ?? "";
  const content: unknown = type.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw refusal(answer.status, content ?? {});
  return content as T;
}

function headers(method: string, body: unknown, key?: string): Record<string, string> {
  const sent: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    if (!(body instanceof FormData)) sent["Content-Type"] = "application/json";
    sent["X-CSRFToken"] = csrf;
  }
  if (key) sent["Idempotency-Key"] = key;
  return sent;
}

function encoded(body: unknown): FormData | string | undefined {
  if (body === undefined || body instanceof FormData) return body;
  return JSON.stringify(body);
}

async function fetched(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api/v1/${path}`, request);
  } catch {
    throw new Refused(0, t("The line is down. Nothing was lost; try again when you have a connection."));
  }
}

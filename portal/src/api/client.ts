// Calls of the borrowers' API by openapi-fetch, with the session's cookie and its CSRF token, and never without an end.
import createClient from "openapi-fetch";
import { root } from "../page";
import type { paths } from "../schema"; // made from the API's own description: npm run describe
import { currentAccount, sessionEnded } from "../session";
import { refusal, refuse } from "./refused";

const PATIENCE = { GET: 15_000, OTHER: 30_000 }; // milliseconds

let csrf = root.dataset.csrf ?? "";

/** As `fetch`, but it ends: a line that says nothing is told from one that is down. */
export async function timed(address: string, how: RequestInit, patience: number): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  how.signal?.addEventListener("abort", () => late.abort());
  try {
    return await fetch(address, { ...how, signal: late.signal });
  } catch {
    if (how.signal?.aborted) throw new DOMException("left", "AbortError");
    throw refuse(late.signal.aborted ? "slow" : "offline");
  } finally {
    clearTimeout(timer);
  }
}

async function sent(request: Request): Promise<Response> {
  const { method, headers, signal } = request;
  const body = method === "GET" || method === "DELETE" ? undefined : await request.text();
  const patience = method === "GET" ? PATIENCE.GET : PATIENCE.OTHER;
  if (method !== "GET") headers.set("X-CSRFToken", await token());
  const answer = await timed(request.url, { method, headers, body, signal, credentials: "same-origin" }, patience);
  if (answer.status !== 403 || method === "GET" || !(await isStale(answer))) return answer;
  headers.set("X-CSRFToken", await renewToken());
  return timed(request.url, { method, headers, body, signal, credentials: "same-origin" }, patience);
}

/** Whether the token was too old: another page of this browser signed in or out. */
async function isStale(answer: Response): Promise<boolean> {
  const problem = (await answer.clone().json()) as { code?: string };
  return problem.code === "csrf";
}

/** The token that unsafe calls need; a page that the phone kept came without one. */
export const token = async (): Promise<string> => csrf || (currentAccount() ? renewToken() : "");

/** Asks for the session's token, and whether anybody is signed in. */
export async function renewToken(): Promise<string> {
  const answer = await timed("/api/v1/session", { headers: { Accept: "application/json" } }, PATIENCE.GET);
  const { signed_in, csrf_token } = (await answer.json()) as { signed_in: boolean; csrf_token: string };
  csrf = csrf_token;
  if (!signed_in) sessionEnded();
  return csrf;
}

/** The token of before is of no use: somebody signed in or out. */
export function forgetToken(): void {
  csrf = "";
}

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  headers: { Accept: "application/json" },
  fetch: sent,
});

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a call answers.
 * @throws Refused */
export async function answerOf<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw refused(response.status, error);
}

/** A refusal as it came. A session that is over is noted, however many calls tell of it. */
export function refused(status: number, problem: unknown) {
  const found = refusal(status, typeof problem === "object" && problem ? problem : { code: codeOf(status) });
  if (status === 401 && found.code === "not_signed_in") sessionEnded();
  return found;
}

/** Of an answer that is no problem details: that of a machine in between. */
const codeOf = (status: number): string => (status >= 502 ? "away" : "fault");

/** The header that makes sending something again, after a lost line, change nothing. */
export const keyed = (key: string): { "Idempotency-Key": string } => ({ "Idempotency-Key": key });

// The answers of the server, by TanStack Query: fresh where there is a line, else as they were kept for the account.
import { QueryClient } from "@tanstack/react-query";

const A_WEEK = 7 * 24 * 60 * 60 * 1000;

/** When this page was opened: what is older was kept before. */
export const opened = Date.now();

export const answers = new QueryClient({
  defaultOptions: {
    // "always": whether there is a line is told by asking, as browsers often do not know it.
    queries: { networkMode: "always", retry: false, gcTime: A_WEEK, refetchOnWindowFocus: false },
    mutations: { networkMode: "always", retry: false, gcTime: 0 },
  },
});

let keptOf: string | null = null;
let end = (): void => undefined;

/** Takes up what was kept for an account, and keeps its answers from now on. */
export async function keepAnswersOf(account: string): Promise<void> {
  if (keptOf === account) return;
  keptOf = account;
  const mayKeep = () => keptOf === account;
  try {
    const { keep } = await import("./persister");
    const stop = await keep(answers, account, A_WEEK, mayKeep);
    if (mayKeep()) end = stop;
    else stop();
  } catch {
    // Without what keeps them the answers are had from the line alone.
  }
}

/** Forgets every answer, in memory too. */
export function forgetAnswers(): void {
  keptOf = null;
  end();
  end = () => undefined;
  answers.clear();
}

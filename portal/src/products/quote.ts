import { useEffect, useState } from "react";
import { asRefused, call, type KeyFacts, type Quote, type Refused } from "../api";

const PAUSE = 250; // milliseconds after the last key, so that not every digit asks the server

/** What a loan costs, or why it cannot be had like this. */
interface Quoted {
  quote: Quote | null;
  facts: KeyFacts | null;
  problem: Refused | null;
}

async function ask(product: string, query: string): Promise<Quoted> {
  try {
    const [quote, facts] = await Promise.all([
      call<Quote>("GET", `products/${product}/quote?${query}`),
      call<KeyFacts>("GET", `products/${product}/key-facts?${query}`),
    ]);
    return { quote, facts, problem: null };
  } catch (reason) {
    return { quote: null, facts: null, problem: asRefused(reason) };
  }
}

/** The quote for what is filled in, anew when that changes. */
export function useQuote(product: string, query: string): Quoted {
  const [quoted, setQuoted] = useState<Quoted>({ quote: null, facts: null, problem: null });
  useEffect(() => {
    let alive = true;
    const asking = async () => {
      const answer = await ask(product, query);
      if (alive) setQuoted(answer);
    };
    const wait = setTimeout(() => void asking(), PAUSE);
    return () => {
      alive = false;
      clearTimeout(wait);
    };
  }, [product, query]);
  return quoted;
}

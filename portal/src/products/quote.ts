import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { quoteAsked } from "../api/questions";
import { asRefused, type Refused } from "../api/refused";
import type { KeyFacts, Quote } from "../api/types";

const PAUSE = 250; // milliseconds after the last key, so that not every digit asks the server

/** What a loan costs, or why it cannot be had like this. */
interface Quoted {
  quote: Quote | null;
  facts: KeyFacts | null;
  problem: Refused | null;
}

/** The quote for what is filled in, anew when that changes. */
export function useQuote(product: string, principal: string, installments: string): Quoted {
  const asked = useSettled(principal, installments);
  const { data, error } = useQuery({ ...quoteAsked(product, ...asked), placeholderData: keepPreviousData });
  if (error) return { quote: null, facts: null, problem: asRefused(error) };
  return { quote: data?.quote ?? null, facts: data?.facts ?? null, problem: null };
}

/** What is filled in, once nothing was typed for a moment. */
export function useSettled(principal: string, installments: string): [string, string] {
  const [settled, settle] = useState<[string, string]>([principal, installments]);
  useEffect(() => {
    const wait = setTimeout(() => settle([principal, installments]), PAUSE);
    return () => clearTimeout(wait);
  }, [principal, installments]);
  return settled;
}

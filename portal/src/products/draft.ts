// What is filled in for a loan stays on this phone: it survives a lost line, a closed page and an empty battery.
import { useEffect, useState } from "react";
import type { Product } from "../api";

export interface Draft {
  principal: string;
  installments: string;
  purpose: string;
  key: string; // one application, however often it is sent
}

const place = (product: string): string => `letsema-draft-${product}`;

function begin(product: Product): Draft {
  const fresh = {
    principal: product.principal_default,
    installments: String(product.installments_default),
    purpose: "",
    key: crypto.randomUUID(),
  };
  const kept = localStorage.getItem(place(product.id));
  return kept ? { ...fresh, ...(JSON.parse(kept) as Partial<Draft>) } : fresh;
}

/** The draft for a product, and what changes it. */
export function useDraft(product: Product): [Draft, (part: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => begin(product));
  useEffect(() => localStorage.setItem(place(product.id), JSON.stringify(draft)), [product.id, draft]);
  return [draft, (part) => setDraft((before) => ({ ...before, ...part }))];
}

/** Removes it, once it was sent. */
export function forgetDraft(product: string): void {
  localStorage.removeItem(place(product));
}

import { useEffect, useState } from "react";
import type { Product } from "../api/types";
import { readDraft, writeDraft, type Draft } from "../kept/drafts";
import { currentAccount } from "../session";
import { newKey } from "../ui/state";

function begin(product: Product): Draft {
  const fresh = {
    principal: product.principal_default,
    installments: String(product.installments_default),
    purpose: "",
    listed_purpose_id: "",
    key: newKey(),
  };
  return { ...fresh, ...readDraft(currentAccount(), product.id) };
}

/** The draft for a product, and what changes it. */
export function useDraft(product: Product): [Draft, (part: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => begin(product));
  useEffect(() => writeDraft(currentAccount(), product.id, draft), [product.id, draft]);
  return [draft, (part) => setDraft((before) => ({ ...before, ...part }))];
}

import { answerOf, api, keyed } from "../api/client";
import { Refused, refuseField } from "../api/refused";
import type { KeyFacts, Product } from "../api/types";
import { forgetDraft, type Draft } from "../kept/drafts";
import { currentAccount } from "../session";
import { Field, Form, Tick } from "../ui/forms";
import { PaperLink } from "../ui/parts";
import { useRenewed } from "../ui/state";
import { language, t } from "../words";
import { wholeCost } from "./facts";

interface ApplyProps {
  product: Product;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  query: string;
  keyFacts: KeyFacts;
}

/** The key facts, and an application by whoever agrees to them. */
export function Apply({ product, draft, change, query, keyFacts }: ApplyProps) {
  const [agreed, setAgreed] = useRenewed(() => false, query); // to other figures one agrees anew
  async function send() {
    if (!agreed) throw refuseField("agreed", "agree_to_key_facts");
    window.location.hash = await apply(product.id, draft, keyFacts.hash);
    forgetDraft(currentAccount(), product.id);
  }
  return (
    <Form button={t("Apply for this loan")} send={send}>
      {(errors) => (
        <>
          <Field
            label={t("What is it for? (optional)")}
            name="purpose"
            maxLength={200}
            value={draft.purpose}
            set={(purpose) => change({ purpose })}
            errors={errors.purpose}
          />
          <h2>{t("Key facts of your loan")}</h2>
          <p>{wholeCost(keyFacts.facts)}</p>
          <p>
            <PaperLink path={`products/${product.id}/key-facts.pdf?${query}`}>{t("Read them as a paper")}</PaperLink>
          </p>
          <Tick
            name="agreed"
            label={t("I have read the key facts and agree to them.")}
            checked={agreed}
            set={setAgreed}
            errors={errors.agreed}
          />
        </>
      )}
    </Form>
  );
}

/** Hands the application in; returns the address of the page that shows it. */
async function apply(product: string, draft: Draft, agreed: string): Promise<string> {
  const { principal, installments, purpose, key } = draft;
  const asked = { principal, installments: Number(installments), purpose };
  const body = { product_id: product, ...asked, agreed, language: language() };
  try {
    const header = keyed(`${key}-${principal}-${installments}`.slice(0, 80));
    const made = await answerOf(api.POST("/api/v1/loans", { params: { header }, body }));
    return `#/loans/${made.id}`;
  } catch (reason) {
    if (!(reason instanceof Refused && reason.code === "idempotency_key_reused")) throw reason;
    return "#/"; // it had arrived before the line dropped, and stands among the loans
  }
}

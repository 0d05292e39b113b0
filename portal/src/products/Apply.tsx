import { answerOf, api, keyed } from "../api/client";
import { purposesAsked } from "../api/questions";
import { Refused, refuseField } from "../api/refused";
import type { KeyFacts, Product } from "../api/types";
import { forgetDraft, type Draft } from "../kept/drafts";
import { currentAccount } from "../session";
import { useAsked } from "../ui/asked";
import { Field, Form, Select, Tick } from "../ui/forms";
import { PaperLink } from "../ui/parts";
import { useRenewed } from "../ui/state";
import { inLanguage, language, t } from "../words";
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
          <PurposeOfList draft={draft} change={change} errors={errors.listed_purpose_id} />
          <Field
            label={t("More about it (optional)")}
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

interface PurposeProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  errors?: string[];
}

/** What the loan is for, of the lender's list; nothing while there is none. */
function PurposeOfList({ draft, change, errors }: PurposeProps) {
  const { value: listed } = useAsked(purposesAsked);
  if (!listed?.length) return null;
  const named = listed.map(({ id, name, name_st }): [string, string] => [
    id,
    inLanguage({ english: name, sesotho: name_st || name }),
  ]);
  return (
    <Select
      label={t("What is it for? (optional)")}
      name="listed_purpose_id"
      options={[["", "—"], ...named]}
      value={draft.listed_purpose_id}
      set={(listed_purpose_id) => change({ listed_purpose_id })}
      errors={errors}
    />
  );
}

/** Hands the application in; returns the address of the page that shows it. */
async function apply(product: string, draft: Draft, agreed: string): Promise<string> {
  const { principal, installments, purpose, listed_purpose_id, key } = draft;
  const listed = { listed_purpose_id: listed_purpose_id || null };
  const asked = { principal, installments: Number(installments), purpose, ...listed };
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

import type { Refused } from "../api/refused";
import type { Product } from "../api/types";
import { money } from "../format";
import { frequencyLabel } from "../labels";
import { Field } from "../ui/forms";
import { t } from "../words";
import { Apply } from "./Apply";
import { Cost } from "./Cost";
import type { Draft } from "../kept/drafts";
import { useDraft } from "./draft";
import { useQuote } from "./quote";

/** What a loan of this product costs, whoever asks; and applying for it. */
export function Calculator({ product, signedIn }: { product: Product; signedIn: boolean }) {
  const [draft, change] = useDraft(product);
  const { principal, installments } = draft;
  const query = new URLSearchParams({ principal, installments }).toString();
  const { quote, facts, problem } = useQuote(product.id, principal, installments);
  return (
    <>
      <p>
        <a href="#/products">{t("All products")}</a>
      </p>
      <h1>{product.name}</h1>
      <Terms product={product} draft={draft} change={change} problem={problem} />
      {quote && <Cost quote={quote} currency={product.currency} />}
      <section className="card" aria-label={t("Apply")}>
        {signedIn && facts && <Apply product={product} draft={draft} change={change} query={query} keyFacts={facts} />}
        {!signedIn && <WhoAreYou />}
      </section>
    </>
  );
}

interface TermsProps {
  product: Product;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  problem: Refused | null;
}

/** Amount and number of installments, each by figure and by slider. */
function Terms({ product, draft, change, problem }: TermsProps) {
  return (
    <section className="card" aria-label={t("Amount and term")}>
      <Principal product={product} draft={draft} change={change} problem={problem} />
      <Installments product={product} draft={draft} change={change} problem={problem} />
      {problem && Object.keys(problem.errors).length === 0 && (
        <div className="note bad" role="alert">
          {problem.message}
        </div>
      )}
    </section>
  );
}

function Principal({ product, draft, change, problem }: TermsProps) {
  const { principal_min, principal_max } = product;
  return (
    <>
      <Field
        label={t("Amount (maloti)")}
        name="principal"
        inputMode="decimal"
        value={draft.principal}
        set={(principal) => change({ principal })}
        errors={problem?.errors.principal}
        help={t("From {least} to {most}", { least: money(principal_min), most: money(principal_max) })}
      />
      <input
        type="range"
        aria-label={t("Amount")}
        min={Number(principal_min)}
        max={Number(principal_max)}
        step={50}
        value={Number(draft.principal) || 0}
        onChange={(event) => change({ principal: `${event.target.value}.00` })}
      />
    </>
  );
}

function Installments({ product, draft, change, problem }: TermsProps) {
  const { installments_min, installments_max } = product;
  return (
    <>
      <Field
        label={frequencyLabel(product.repay_every, product.frequency)}
        name="installments"
        inputMode="numeric"
        value={draft.installments}
        set={(installments) => change({ installments })}
        errors={problem?.errors.installments}
        help={t("From {least} to {most}", { least: installments_min, most: installments_max })}
      />
      <input
        type="range"
        aria-label={t("Installments")}
        min={installments_min}
        max={installments_max}
        value={Number(draft.installments) || installments_min}
        onChange={(event) => change({ installments: event.target.value })}
      />
    </>
  );
}

function WhoAreYou() {
  return (
    <p>
      {t("To apply, open an account or sign in.")} <a href="#/register">{t("Open an account")}</a> ·{" "}
      <a href="#/sign-in">{t("Sign in")}</a>
    </p>
  );
}

import { useEffect, useState } from "react";
import { call, type KeyFacts, type Product, type Quote, Refused } from "./api";
import { day, every, money } from "./format";
import { Schedule } from "./Schedule";
import { Facts, Field, Form, Show, useLoad } from "./ui";
import { language, t } from "./words";

/** What is lent, and for one product its cost before anything is signed. */
export function Products({ id, signedIn }: { id?: string; signedIn: boolean }) {
  const products = useLoad(() => call<Product[]>("GET", "products"));
  return (
    <Show of={products}>
      {(found) => {
        const chosen = found.find((p) => p.id === id);
        return chosen ? <Calculator product={chosen} signedIn={signedIn} /> : <List products={found} />;
      }}
    </Show>
  );
}

function List({ products }: { products: Product[] }) {
  return (
    <>
      <h1>{t("What we lend")}</h1>
      {products.map((p) => (
        <a className="card row" key={p.id} href={`#/products/${p.id}`}>
          <span><strong>{p.name}</strong><br /><span className="quiet">{p.description}</span></span>
          <span className="right">{t(p.rate_per === "month" ? "{rate} % a month" : "{rate} % a year", { rate: p.rate })}<br /><span className="quiet">{t("up to {amount}", { amount: money(p.principal_max, p.currency) })}</span></span>
        </a>
      ))}
      {products.length === 0 && <p>{t("Nothing is on offer at the moment.")}</p>}
    </>
  );
}

function Calculator({ product, signedIn }: { product: Product; signedIn: boolean }) {
  const draft = kept(product.id);
  const [principal, setPrincipal] = useState(draft?.principal ?? product.principal_default);
  const [installments, setInstallments] = useState(draft?.installments ?? String(product.installments_default));
  const [purpose, setPurpose] = useState(draft?.purpose ?? "");
  const [quote, setQuote] = useState<Quote | null>(null);
  const [facts, setFacts] = useState<KeyFacts | null>(null);
  const [agreed, setAgreed] = useState(false);
  const [problem, setProblem] = useState<Refused | null>(null);
  const [key] = useState(() => draft?.key ?? crypto.randomUUID()); // one application, however often it is sent
  const query = new URLSearchParams({ principal, installments }).toString();

  useEffect(() => { keep(product.id, { principal, installments, purpose, key }); }, [product.id, principal, installments, purpose, key]);
  useEffect(() => {
    let alive = true;
    setAgreed(false); // to other figures one agrees anew
    const wait = setTimeout(() => {
      Promise.all([call<Quote>("GET", `products/${product.id}/quote?${query}`), call<KeyFacts>("GET", `products/${product.id}/key-facts?${query}`)]).then(
        ([found, told]) => { if (alive) { setQuote(found); setFacts(told); setProblem(null); } },
        (reason: Refused) => { if (alive) { setProblem(reason); setQuote(null); setFacts(null); } },
      );
    }, 250);
    return () => { alive = false; clearTimeout(wait); };
  }, [query, product.id]);

  async function apply() {
    if (!agreed || !facts) throw new Refused(0, t("Tick that you agree to the key facts first."));
    try {
      const made = await call<{ id: string }>("POST", "loans", {
        product_id: product.id, principal, installments: Number(installments), purpose, agreed: facts.hash, language: language(),
      }, `${key}-${principal}-${installments}`.slice(0, 80));
      window.location.hash = `#/loans/${made.id}`;
    } catch (reason) {
      if (!(reason instanceof Refused && reason.code === "idempotency_key_reused")) throw reason;
      window.location.hash = "#/"; // it had arrived before the line dropped, and stands among the loans
    }
    forget(product.id);
  }

  return (
    <>
      <p><a href="#/products">{t("All products")}</a></p>
      <h1>{product.name}</h1>
      <section className="card" aria-label={t("Amount and term")}>
        <Field label={t("Amount (maloti)")} inputMode="decimal" value={principal} onChange={(e) => setPrincipal(e.target.value)} errors={problem?.errors.principal}
          help={t("From {least} to {most}", { least: money(product.principal_min), most: money(product.principal_max) })} />
        <input type="range" aria-label={t("Amount")} min={Number(product.principal_min)} max={Number(product.principal_max)} step={50} value={Number(principal) || 0} onChange={(e) => setPrincipal(`${e.target.value}.00`)} />
        <Field label={every(product.repay_every, product.frequency)} inputMode="numeric" value={installments} onChange={(e) => setInstallments(e.target.value)} errors={problem?.errors.installments}
          help={t("From {least} to {most}", { least: product.installments_min, most: product.installments_max })} />
        <input type="range" aria-label={t("Installments")} min={product.installments_min} max={product.installments_max} value={Number(installments) || product.installments_min} onChange={(e) => setInstallments(e.target.value)} />
        {problem && Object.keys(problem.errors).length === 0 && <div className="note bad" role="alert">{problem.message}</div>}
      </section>
      {quote && (
        <section className="card" aria-label={t("Cost")}>
          <p className="quiet">{t("Each installment")}</p>
          <p className="big">{money(quote.installment, product.currency)}</p>
          <Facts rows={[
            [t("You receive"), money(quote.net, product.currency)], [t("Fee kept back"), money(quote.fee, product.currency)],
            [t("Interest"), money(quote.interest, product.currency)], [t("You pay in all"), money(quote.total, product.currency)],
            ["APR", `${quote.apr ?? "—"} %`], [t("Effective rate"), `${quote.eir ?? "—"} %`],
          ]} />
          <details><summary>{t("What these figures mean")}</summary>
            <dl className="meanings">
              <dt>{t("Interest")}</dt><dd>{t("The price of the money for the time that you have it.")}</dd>
              <dt>{t("Fee kept back")}</dt><dd>{t("Taken from the loan before you get it: you receive less than you borrow.")}</dd>
              <dt>APR</dt><dd>{t("Interest and fees together, as one rate for a year. Compare loans by it, not by the interest alone.")}</dd>
              <dt>{t("Effective rate")}</dt><dd>{t("The same with interest on interest: what a year of such borrowing costs in truth.")}</dd>
            </dl></details>
          <details><summary>{t("Schedule, if paid out today")}</summary><Schedule rows={quote.schedule} /></details>
        </section>
      )}
      <section className="card" aria-label={t("Apply")}>
        {signedIn && facts ? (
          <Form button={t("Apply for this loan")} send={apply}>
            {(errors) => (
              <>
                <Field label={t("What is it for? (optional)")} maxLength={200} value={purpose} onChange={(e) => setPurpose(e.target.value)} errors={errors.purpose} />
                <h2>{t("Key facts of your loan")}</h2>
                <p>{t("The loan costs you {cost} in all: you receive {net} and pay back {total} until {day}.", {
                  cost: money(facts.facts.cost, facts.facts.currency), net: money(facts.facts.net, facts.facts.currency),
                  total: money(facts.facts.total, facts.facts.currency), day: day(facts.facts.last_due),
                })}</p>
                <p><a href={`/api/v1/products/${product.id}/key-facts.pdf?${query}&language=${language()}`} target="_blank" rel="noreferrer">{t("Read them as a paper")}</a></p>
                <label className="tick"><input type="checkbox" checked={agreed} onChange={(e) => setAgreed(e.target.checked)} /> {t("I have read the key facts and agree to them.")}</label>
                {errors.agreed?.map((e) => <p className="error" key={e}>{e}</p>)}
              </>
            )}
          </Form>
        ) : !signedIn && (
          <p>{t("To apply, open an account or sign in.")} <a href="#/register">{t("Open an account")}</a> · <a href="#/sign-in">{t("Sign in")}</a></p>
        )}
      </section>
    </>
  );
}

/** What was filled in, on this phone: it survives a lost line, a closed page and an empty battery. */
interface Draft { principal: string; installments: string; purpose: string; key: string }
const place = (product: string) => `letsema-draft-${product}`;

function kept(product: string): Draft | null {
  const found = localStorage.getItem(place(product));
  return found ? (JSON.parse(found) as Draft) : null;
}
function keep(product: string, draft: Draft): void {
  localStorage.setItem(place(product), JSON.stringify(draft));
}
function forget(product: string): void {
  localStorage.removeItem(place(product));
}

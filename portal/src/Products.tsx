import { useEffect, useState } from "react";
import { call, type Product, type Quote, Refused } from "./api";
import { every, money } from "./format";
import { Schedule } from "./Schedule";
import { Facts, Field, Form, Show, useLoad } from "./ui";

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
      <h1>What we lend</h1>
      {products.map((p) => (
        <a className="card row" key={p.id} href={`#/products/${p.id}`}>
          <span><strong>{p.name}</strong><br /><span className="quiet">{p.description}</span></span>
          <span className="right">{p.rate} % a {p.rate_per}<br /><span className="quiet">up to {money(p.principal_max, p.currency)}</span></span>
        </a>
      ))}
      {products.length === 0 && <p>Nothing is on offer at the moment.</p>}
    </>
  );
}

function Calculator({ product, signedIn }: { product: Product; signedIn: boolean }) {
  const [principal, setPrincipal] = useState(product.principal_default);
  const [installments, setInstallments] = useState(String(product.installments_default));
  const [purpose, setPurpose] = useState("");
  const [quote, setQuote] = useState<Quote | null>(null);
  const [problem, setProblem] = useState<Refused | null>(null);
  const [key] = useState(() => crypto.randomUUID()); // one application, however often it is sent

  useEffect(() => {
    let alive = true;
    const wait = setTimeout(() => {
      const query = new URLSearchParams({ principal, installments });
      call<Quote>("GET", `products/${product.id}/quote?${query}`).then(
        (found) => { if (alive) { setQuote(found); setProblem(null); } },
        (reason: Refused) => { if (alive) { setProblem(reason); setQuote(null); } },
      );
    }, 250);
    return () => { alive = false; clearTimeout(wait); };
  }, [principal, installments, product.id]);

  async function apply() {
    const made = await call<{ id: string }>("POST", "loans", { product_id: product.id, principal, installments: Number(installments), purpose }, `${key}-${principal}-${installments}`.slice(0, 80));
    window.location.hash = `#/loans/${made.id}`;
  }

  return (
    <>
      <p><a href="#/products">All products</a></p>
      <h1>{product.name}</h1>
      <section className="card" aria-label="Amount and term">
        <Field label="Amount (maloti)" inputMode="decimal" value={principal} onChange={(e) => setPrincipal(e.target.value)} errors={problem?.errors.principal}
          help={`From ${money(product.principal_min)} to ${money(product.principal_max)}`} />
        <input type="range" aria-label="Amount" min={Number(product.principal_min)} max={Number(product.principal_max)} step={50} value={Number(principal) || 0} onChange={(e) => setPrincipal(`${e.target.value}.00`)} />
        <Field label={`Installments, ${every(product.repay_every, product.frequency)}`} inputMode="numeric" value={installments} onChange={(e) => setInstallments(e.target.value)} errors={problem?.errors.installments}
          help={`From ${product.installments_min} to ${product.installments_max}`} />
        <input type="range" aria-label="Installments" min={product.installments_min} max={product.installments_max} value={Number(installments) || product.installments_min} onChange={(e) => setInstallments(e.target.value)} />
        {problem && Object.keys(problem.errors).length === 0 && <div className="note bad" role="alert">{problem.message}</div>}
      </section>
      {quote && (
        <section className="card" aria-label="Cost">
          <p className="quiet">Each installment</p>
          <p className="big">{money(quote.installment, product.currency)}</p>
          <Facts rows={[
            ["You receive", money(quote.net, product.currency)], ["Fee kept back", money(quote.fee, product.currency)],
            ["Interest", money(quote.interest, product.currency)], ["You pay in all", money(quote.total, product.currency)],
            ["APR", `${quote.apr ?? "—"} %`], ["Effective rate", `${quote.eir ?? "—"} %`],
          ]} />
          <details><summary>Schedule, if paid out today</summary><Schedule rows={quote.schedule} /></details>
        </section>
      )}
      <section className="card" aria-label="Apply">
        {signedIn ? (
          <Form button="Apply for this loan" send={apply}>
            {(errors) => <Field label="What is it for? (optional)" maxLength={200} value={purpose} onChange={(e) => setPurpose(e.target.value)} errors={errors.purpose} />}
          </Form>
        ) : (
          <p>To apply, <a href="#/register">open an account</a> or <a href="#/sign-in">sign in</a>.</p>
        )}
      </section>
    </>
  );
}

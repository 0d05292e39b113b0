import { productsAsked } from "../api/questions";
import type { Product } from "../api/types";
import { money } from "../format";
import { Show, useAsked } from "../ui/asked";
import { t } from "../words";
import { Calculator } from "./Calculator";

/** What is lent, and for one product its cost before anything is signed. */
export function Products({ id, signedIn }: { id?: string; signedIn: boolean }) {
  const products = useAsked(productsAsked);
  return (
    <Show of={products}>
      {(offered) => {
        const chosen = offered.find((product) => product.id === id);
        if (!chosen) return <List products={offered} />;
        return <Calculator key={chosen.id} product={chosen} signedIn={signedIn} />;
      }}
    </Show>
  );
}

function List({ products }: { products: Product[] }) {
  return (
    <>
      <h1>{t("What we lend")}</h1>
      {products.map((product) => (
        <Line key={product.id} product={product} />
      ))}
      {products.length === 0 && <p>{t("Nothing is on offer at the moment.")}</p>}
    </>
  );
}

function Line({ product }: { product: Product }) {
  const { rate, rate_per, principal_max, currency } = product;
  return (
    <a className="card row" href={`#/products/${product.id}`}>
      <span>
        <strong>{product.name}</strong>
        <br />
        <span className="quiet">{product.description}</span>
      </span>
      <span className="right">
        {t(rate_per === "month" ? "{rate} % a month" : "{rate} % a year", { rate })}
        <br />
        <span className="quiet">{t("up to {amount}", { amount: money(principal_max, currency) })}</span>
      </span>
    </a>
  );
}

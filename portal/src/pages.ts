// The pages that the first one does not need: they come after it.
import { lazy } from "react";

const history = () => import("./history/History");
const loan = () => import("./loan/LoanPage");
const products = () => import("./products/Products");
const profile = () => import("./profile/Profile");

export const History = lazy(() => history().then((page) => ({ default: page.History })));
export const LoanPage = lazy(() => loan().then((page) => ({ default: page.LoanPage })));
export const Products = lazy(() => products().then((page) => ({ default: page.Products })));
export const Profile = lazy(() => profile().then((page) => ({ default: page.Profile })));

/** Fetches them all, so that they are there when the line is not. */
export function fetchPages(): void {
  for (const load of [loan, products, history, profile]) load().catch(() => undefined);
}

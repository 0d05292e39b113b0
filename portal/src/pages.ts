// The pages that the first one does not need: they come after it.
import { lazy } from "react";

export const History = lazy(() => import("./history/History").then((page) => ({ default: page.History })));
export const LoanPage = lazy(() => import("./loan/LoanPage").then((page) => ({ default: page.LoanPage })));
export const Register = lazy(() => import("./doors/Register").then((page) => ({ default: page.Register })));
export const Reset = lazy(() => import("./doors/Reset").then((page) => ({ default: page.Reset })));
export const Products = lazy(() => import("./products/Products").then((page) => ({ default: page.Products })));
export const Me = lazy(() => import("./me/Me").then((page) => ({ default: page.Me })));

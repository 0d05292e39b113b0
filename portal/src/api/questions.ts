// What pages ask the server, each under the name by which its answer is kept.
import { answerOf, api } from "./client";

/** What is asked, for TanStack Query: the name of its answer, and how it is had. */
export interface Question<T> {
  queryKey: string[];
  queryFn: (how: { signal: AbortSignal }) => Promise<T>;
  staleTime?: number;
}

const question = <T>(asked: Question<T>): Question<T> => asked;

export const loansAsked = question({
  queryKey: ["loans"],
  queryFn: async ({ signal }) =>
    (await answerOf(api.GET("/api/v1/loans", { params: { query: { most: 200 } }, signal }))).items,
});

export const loanAsked = (id: string) =>
  question({
    queryKey: ["loan", id],
    queryFn: async ({ signal }) => {
      const params = { path: { loan_id: id } };
      const paged = { path: { loan_id: id }, query: { most: 200 } };
      const [loan, schedule, repayments, payments, statement, payOff, documents, payTo] = await Promise.all([
        answerOf(api.GET("/api/v1/loans/{loan_id}", { params, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/schedule", { params, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/repayments", { params, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/payments", { params: paged, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/statement", { params, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/pay-off", { params, signal })),
        answerOf(api.GET("/api/v1/loans/{loan_id}/documents", { params, signal })),
        answerOf(api.GET("/api/v1/pay-to", { signal })),
      ]);
      return {
        loan,
        schedule,
        repayments,
        payments: payments.items,
        statement,
        payOff: payOff.amount,
        documents,
        payTo,
      };
    },
  });

/** The key facts of an application as it stands, or as its borrower would change it. */
export const termsAsked = (loan: string, change?: { principal: string; installments: string }) =>
  question({
    queryKey: ["terms", loan, change?.principal ?? "", change?.installments ?? ""],
    staleTime: 60_000,
    queryFn: ({ signal }) => {
      // As it was typed: what is no number is for the server to say.
      const query = change && { ...change, installments: change.installments as unknown as number };
      const params = { path: { loan_id: loan }, query };
      return answerOf(api.GET("/api/v1/loans/{loan_id}/key-facts", { params, signal }));
    },
  });

export const productsAsked = question({
  queryKey: ["products"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/products", { signal })),
});

/** What a loan costs, and its key facts. */
export const quoteAsked = (product: string, principal: string, installments: string) =>
  question({
    queryKey: ["quote", product, principal, installments],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      // As it was typed: what is no number is for the server to say.
      const query = { principal, installments: installments as unknown as number };
      const params = { path: { product_id: product }, query };
      const [quote, facts] = await Promise.all([
        answerOf(api.GET("/api/v1/products/{product_id}/quote", { params, signal })),
        answerOf(api.GET("/api/v1/products/{product_id}/key-facts", { params, signal })),
      ]);
      return { quote, facts };
    },
  });

export const historyAsked = question({
  queryKey: ["history"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/credit-history", { signal })),
});

export const disputesAsked = question({
  queryKey: ["disputes"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/disputes", { signal })),
});

export const meAsked = question({
  queryKey: ["me"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/me", { signal })),
});

export const employersAsked = question({
  queryKey: ["employers"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/employers", { signal })),
});

export const purposesAsked = question({
  queryKey: ["purposes"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/purposes", { signal })),
});

export const signInsAsked = question({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/sessions", { signal })),
});

export const tokensAsked = question({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/tokens", { signal })),
});

export const consentsAsked = question({
  queryKey: ["consents"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/consents", { signal })),
});

export const consentTextsAsked = question({
  queryKey: ["consent-texts"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/consent-texts", { signal })),
});

export const messagesAsked = question({
  queryKey: ["messages"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/messages", { signal })),
});

export const complaintsAsked = question({
  queryKey: ["complaints"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/complaints", { signal })),
});

// The shapes of the API, by the names that pages use.
import type { components } from "../schema";

type Shapes = components["schemas"];
export type Me = Shapes["Me"];
export type Employer = Shapes["EmployerOut"];
export type Purpose = Shapes["PurposeOut"];
export type Product = Shapes["ProductOut"];
export type PayTo = Shapes["PayToOut"];
export type Installment = Shapes["InstallmentOut"];
export type Quote = Shapes["QuoteOut"];
export type KeyFacts = Shapes["KeyFactsOut"];
export type Loan = Shapes["LoanOut"];
export type LoanDetail = Shapes["LoanDetail"];
export type Question = Shapes["QuestionOut"];
export type Repayment = Shapes["RepaymentOut"];
export type Payment = Shapes["PaymentOut"];
export type Statement = Shapes["StatementOut"];
export type LoanDocument = Shapes["DocumentOut"];
export type Complaint = Shapes["ComplaintOut"];
export type SignIn = Shapes["SignInOut"];
export type Token = Shapes["TokenOut"];
export type Message = Shapes["MessageOut"];
export type CreditHistory = Shapes["HistoryOut"];
export type HistoryAccount = Shapes["HistoryAccountOut"];
export type HistoryEvent = Shapes["HistoryEventOut"];
export type Score = Shapes["ScoreOut"];
export type PastScore = Shapes["PastScoreOut"];
export type Inquiry = Shapes["LookUpOut"];
export type Dispute = Shapes["DisputeOut"];
export type ConsentText = Shapes["ConsentTextOut"];
export type Consent = Shapes["ConsentOut"];

/** What is sent as it was chosen from the API's own lists. */
export type PaymentIn = Shapes["PaymentIn"];
export type ComplaintIn = Shapes["ComplaintIn"];
export type ProfileIn = Shapes["ProfileIn"];

// Which of our words a code of the API has. tests/test_portal_words.py compares them with the server's own labels.
import { t } from "./words";

type Labels = Record<string, string>;

/** How a loan, its entry in the credit history, or a payment that was reported stands. */
const STATUSES: Labels = {
  submitted: "Submitted",
  under_review: "Under review",
  reviewed: "Ready for approval",
  approved: "Approved",
  rejected: "Rejected",
  info_requested: "Information requested",
  withdrawn: "Withdrawn",
  active: "Active",
  overpaid: "Overpaid",
  closed: "Closed",
  charged_off: "Charged off",
  written_off: "Written off",
  taken_back: "Taken off the books",
  reversed: "Reversed",
  waiting: "Waiting",
  confirmed: "Confirmed",
  declined: "Declined",
};

/** What moved a loan's money, in its statement and in the credit history. */
const MOVEMENTS: Labels = {
  disbursement: "Paid out",
  take_on: "Balance brought forward",
  repayment: "Repayment",
  pay_off: "Paid off",
  goodwill_credit: "Goodwill credit",
  add_charge: "Charge",
  waive_charge: "Charge waived",
  waive_interest: "Interest waived",
  refund: "Refund",
  recovery: "Recovery",
  reschedule: "Restructured",
  write_off: "Written off",
  charge_off: "Charged off",
  undo: "Reversal",
  closed: "Closed",
};

/** The stages of a loan, from the application on; where it ended otherwise, its status stands last. */
const STEPS: Labels = {
  applied: "Applied",
  in_review: "In review",
  approved: "Approved",
  paid_out: "Paid out",
  closed: "Closed",
};

const CHANNELS: Labels = { cash: "Cash", bank: "Bank transfer", mpesa: "M-Pesa", ecocash: "EcoCash", cpay: "C-Pay" };

const EVERY_ONE: Labels = {
  months: "Installments, every month",
  weeks: "Installments, every week",
  days: "Installments, every day",
  years: "Installments, every year",
};
const EVERY_FEW: Labels = {
  months: "Installments, every {count} months",
  weeks: "Installments, every {count} weeks",
  days: "Installments, every {count} days",
};

/** What a borrower may hand in. */
const DOCUMENTS: Labels = {
  identity: "Identity paper",
  payslip: "Payslip",
  statement: "Bank or wallet statement",
  residence: "Proof of residence",
  business: "Business record",
  other: "Something else",
};

const COMPLAINTS: Labels = {
  service: "How I was treated",
  charges: "Charges or interest",
  record: "A wrong entry about me",
  collection: "How a debt is collected",
  privacy: "Use of my data",
  other: "Something else",
};

const OUTCOMES: Labels = { corrected: "It was wrong and is corrected", stands: "It is right and stays" };

const PURPOSES: Labels = { records: "Keeping and using my data", sharing: "Asking other lenders" };

const GENDERS: Labels = { female: "Female", male: "Male", other: "Other" };

const MARITAL_STATUSES: Labels = {
  single: "Single",
  married: "Married",
  divorced: "Divorced",
  widowed: "Widowed",
  separated: "Separated",
};

const EDUCATIONS: Labels = {
  none: "None",
  primary: "Primary school",
  secondary: "Secondary school",
  vocational: "Vocational training",
  tertiary: "College or university",
};

/** What one lives from. */
const SECTORS: Labels = {
  agriculture: "Agriculture",
  trade: "Trade",
  services: "Services",
  manufacture: "Manufacture",
  transport: "Transport",
  construction: "Construction",
  education: "Education",
  health: "Health",
  consumption: "Consumption",
  other: "Other",
};

const WALLETS: Labels = { mpesa: "M-Pesa", ecocash: "EcoCash", cpay: "C-Pay" };

/** The ten districts are called the same in both languages. */
const districts: Options = [
  ["berea", "Berea"],
  ["butha_buthe", "Butha-Buthe"],
  ["leribe", "Leribe"],
  ["mafeteng", "Mafeteng"],
  ["maseru", "Maseru"],
  ["mohales_hoek", "Mohale's Hoek"],
  ["mokhotlong", "Mokhotlong"],
  ["qachas_nek", "Qacha's Nek"],
  ["quthing", "Quthing"],
  ["thaba_tseka", "Thaba-Tseka"],
];

/** Codes and what they are called, for a choice. */
export type Options = [code: string, name: string][];

const options = (labels: Labels): Options => Object.entries(labels).map(([code, words]) => [code, t(words)]);

/** The words for a code; the code itself where the API has one that is not known here. */
function of(labels: Labels, code: string): string {
  const words = labels[code];
  return words ? t(words) : code;
}

export const statusLabel = (code: string): string => of(STATUSES, code);
export const stepLabel = (code: string): string => of({ ...STATUSES, ...STEPS }, code);
export const documentLabel = (code: string): string => of(DOCUMENTS, code);
export const movementLabel = (code: string): string => of(MOVEMENTS, code);
export const channelLabel = (code: string): string => of(CHANNELS, code);
export const complaintLabel = (code: string): string => of(COMPLAINTS, code);
export const outcomeLabel = (code: string): string => of(OUTCOMES, code);
export const purposeLabel = (code: string): string => of(PURPOSES, code);

/** Installments every so many months, weeks, days or years. */
export function frequencyLabel(count: number, unit: string): string {
  const words = (count === 1 ? undefined : EVERY_FEW[unit]) ?? EVERY_ONE[unit];
  return words ? t(words, { count }) : unit;
}

const NOT_SAID: [string, string] = ["", "—"];

/** What one may leave open. */
const open = (labels: Labels) => (): Options => [NOT_SAID, ...options(labels)];

export const genderOptions = open(GENDERS);
export const maritalOptions = open(MARITAL_STATUSES);
export const educationOptions = open(EDUCATIONS);
export const sectorOptions = open(SECTORS);
export const walletOptions = open(WALLETS);
export const districtOptions = (): Options => [NOT_SAID, ...districts];

export const documentOptions = (): Options => options(DOCUMENTS);
export const complaintOptions = (): Options => options(COMPLAINTS);
/** How a payment that a borrower reports may have come; cash is paid at the branch. */
export const channelOptions = (): Options => options(CHANNELS).filter(([code]) => code !== "cash");

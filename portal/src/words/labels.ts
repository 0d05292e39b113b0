// What the codes of the API are called; which code has which label stands in ../labels.ts.
export const LABELS = {
  // Loans and payments: how they stand
  "Submitted": "E kentsoe",
  "Under review": "Ea hlahlojoa",
  "Ready for approval": "E emetse tumello",
  "Approved": "E lumeletsoe",
  "Rejected": "E hanetsoe",
  "Information requested": "Ho batloa lintlha",
  "Withdrawn": "E khutlisitsoe",
  "Active": "E ntse e tsoela pele",
  "Overpaid": "E lefuoe ho feta",
  "Closed": "E phethiloe",
  "Charged off": "E khaotsoe libukeng",
  "Written off": "E phumotsoe",
  "Reversed": "E hlakotsoe",
  "Waiting": "E emetse",
  "Confirmed": "E netefalitsoe",
  "Declined": "E hanetsoe",
  // The steps of a loan
  "Applied": "Kopo e entsoe",
  "In review": "Tlhahlobong",
  // Movements
  "Paid out": "E ntšitsoe",
  "Repayment": "Tefo",
  "Paid off": "E lefiloe kaofela",
  "Goodwill credit": "Mohau",
  "Charge": "Tefiso",
  "Charge waived": "Tefiso e tlositsoe",
  "Interest waived": "Tsoala e tlositsoe",
  "Recovery": "Se khutlisitsoeng",
  "Refund": "Pusetso",
  "Restructured": "E hlophisitsoe bocha",
  "Reversal": "Phetolo",
  // Channels
  "Cash": "Chelete e matsohong",
  "Bank transfer": "Phetiso ea banka",
  "M-Pesa": "M-Pesa",
  "EcoCash": "EcoCash",
  "C-Pay": "C-Pay",
  // How often
  "Installments, every month": "Likarolo, khoeli le khoeli",
  "Installments, every week": "Likarolo, beke le beke",
  "Installments, every day": "Likarolo, letsatsi le letsatsi",
  "Installments, every year": "Likarolo, selemo le selemo",
  "Installments, every {count} months": "Likarolo, likhoeli tse ling le tse ling tse {count}",
  "Installments, every {count} weeks": "Likarolo, libeke tse ling le tse ling tse {count}",
  "Installments, every {count} days": "Likarolo, matsatsi a mang le a mang a {count}",
  // Papers handed in
  "Identity paper": "Lengolo la boitsebiso",
  "Payslip": "Lengolo la moputso",
  "Bank or wallet statement": "Setatemente sa banka kapa sa mohala",
  "Proof of residence": "Bopaki ba bolulo",
  "Business record": "Buka ea khoebo",
  // Complaints
  "How I was treated": "Kamoo ke tšoeroeng kateng",
  "Charges or interest": "Litefiso kapa tsoala",
  "A wrong entry about me": "Tlaleho e fosahetseng ka 'na",
  "How a debt is collected": "Kamoo mokoloto o bokelloang kateng",
  "Use of my data": "Tšebeliso ea lintlha tsa ka",
  // Papers and complaints
  "Something else": "Ntho e 'ngoe",
  // Disputes
  "It was wrong and is corrected": "E ne e fosahetse 'me e lokisitsoe",
  "It is right and stays": "E nepahetse 'me e lula e le joalo",
  // What is agreed to
  "Keeping and using my data": "Ho boloka le ho sebelisa lintlha tsa ka",
  "Asking other lenders": "Ho botsa ba bang ba alimanang",
};

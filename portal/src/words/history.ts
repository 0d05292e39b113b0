// The credit history and its disputes.
export const HISTORY = {
  "My credit history": "Nalane ea ka ea likalimo",
  "Your credit history is out of reach at the moment. Your loans are not affected; look again later.":
    "Nalane ea hau ha e fumanehe hona joale. Likalimo tsa hau ha lia ameha; sheba hape hamorao.",
  "{count} events are still on the way here.": "Liketsahalo tse {count} li ntse li le tseleng.",
  "There is no history yet. It begins with the first loan that is paid out.":
    "Ha ho e-s'o be nalane. E qala ka kalimo ea pele e ntšitsoeng.",
  "Loan {number}": "Kalimo {number}",
  "{amount} paid out {day}": "{amount} e ntšitsoe ka {day}",
  "{amount} paid out {day}, closed {closed}": "{amount} e ntšitsoe ka {day}, ea phethoa ka {closed}",
  "The last 24 months": "Likhoeli tse 24 tse fetileng",
  "A square is a month, the latest on the right:": "Lebokose le leng ke khoeli, ea ho qetela e ka ho le letona:",
  "0 on time, 1 to 7 late by so many 30 days begun, C paid in full, W given up.":
    "0 ka nako, 1 ho isa ho 7 ho lieha ka matsatsi a 30 a qalileng, C e lefuoe kaofela, W e phumotsoe.",
  "Is something wrong here? Say so beside it: somebody who did not enter it decides within 30 days.":
    "Na ho na le phoso mona? Bolela pel'a eona: motho ea sa e ngolang o etsa qeto matsatsing a 30.",
  "All that is kept about me": "Tsohle tse bolokiloeng ka 'na",
  "Your particulars, loans, payments, history, messages and what you agreed to, in one file.":
    "Lintlha tsa hau, likalimo, litefo, nalane, melaetsa le seo u se lumetseng, faeleng e le 'ngoe.",
  "Download for a program": "Laolla bakeng sa lenaneo",
  "Wrong?": "E fosahetse?",
  "The loan as a whole": "Kalimo eohle",
  "Disputed": "E hannoe",
  "Send": "Romela",
  "What is wrong, and how it was": "Se fosahetseng, le kamoo ho neng ho le ka teng",
  "What I disputed": "Seo ke se hanneng",
  "To be decided by {day}": "Qeto e lokela ho etsoa ka la {day}",
  "Month by month": "Khoeli le khoeli",
  "{day}: {amount} outstanding, {late} of it {days} days late":
    "{day}: ho setse {amount}, {late} ea eona e liehile matsatsi a {days}",
  "{day}: {amount} outstanding, nothing late": "{day}: ho setse {amount}, ha ho letho le liehileng",
  "What is kept here": "Se bolokiloeng mona",
  "For each loan: amount, dates, what is still owed and what it costs a month.":
    "Ka kalimo ka 'ngoe: chelete, matsatsi, se ntseng se kolotoa le seo e se lefang ka khoeli.",
  "For each entry: what happened, the day, the amount, and how late the loan was after it.":
    "Ka ngoliso ka 'ngoe: se etsahetseng, letsatsi, chelete, le hore na kalimo e ne e liehile hakae ka mor'a eona.",
  "For each month: what was owed, what was late, and the score.":
    "Ka khoeli ka 'ngoe: se neng se kolotoa, se neng se liehile, le lintlha.",
  "Each look-up across lenders, each consent to it, each dispute and its outcome.":
    "Potso e 'ngoe le e 'ngoe ho ba bang ba alimang, tumello ea eona, khang le qeto ea eona.",
  "Not your name, telephone or national ID: you are known there by a code that only this system can make.":
    "Eseng lebitso, mohala kapa nomoro ea boitsebiso: u tsejoa moo ka khoutu eo mokhoa ona feela o ka e etsang.",
  "Score": "Lintlha",
  "Band {band}": "Sehlopha sa {band}",
  "What would raise it": "Se ka li phahamisang",
  "From 300 to 850, from repayment here alone: not from who you are or where you live.":
    "Ho tloha ho 300 ho isa ho 850, ho tsoa litefong tsa mona feela: eseng ho hore na u mang kapa u lula kae.",
  "Who asked about me": "Ba botsitseng ka 'na",
  "Nobody has asked.": "Ha ho ea botsitseng.",
  "This lender asked the others": "Moalimi enoa o botsitse ba bang",
  "Another lender asked": "Moalimi e mong o botsitse",
  "for an application": "bakeng sa kopo",
  "for a loan that runs": "bakeng sa kalimo e ntseng e lefuoa",
};

// What is lent, what it costs, applying.
export const PRODUCTS = {
  "What we lend": "Seo re se alimanang",
  "Nothing is on offer at the moment.": "Ha ho letho hona joale.",
  "{rate} % a year": "{rate} % ka selemo",
  "{rate} % a month": "{rate} % ka khoeli",
  "up to {amount}": "ho fihlela ho {amount}",
  "All products": "Mefuta eohle",
  "Amount and term": "Chelete le nako",
  "From {least} to {most}": "Ho tloha ho {least} ho isa ho {most}",
  "Cost": "Litšenyehelo",
  "Each installment": "Karolo e 'ngoe le e 'ngoe",
  "Fee kept back": "Tefiso e khaoloang",
  "Interest": "Tsoala",
  "You pay in all": "U tla lefa kaofela",
  "What these figures mean": "Seo linomoro tsena li se bolelang",
  "The price of the money for the time that you have it.": "Theko ea chelete bakeng sa nako eo u nang le eona.",
  "Taken from the loan before you get it: you receive less than you borrow.":
    "E khaoloa kalimong pele u e fumana: u fumana chelete e tlase ho eo u e alimileng.",
  "Interest and fees together, as one rate for a year. Compare loans by it, not by the interest alone.":
    "Tsoala le litefiso hammoho, e le sekhahla se le seng sa selemo. Bapisa likalimo ka sona, eseng ka tsoala feela.",
  "The same with interest on interest: what a year of such borrowing costs in truth.":
    "Se tšoanang ho kenyelelitsoe tsoala holim'a tsoala: seo kalimo e joalo e hlileng e se bitsang ka selemo.",
  "Schedule, if paid out today": "Lenane la litefo, haeba chelete e ntšoa kajeno",
  "Due": "E lokela ho lefuoa",
  "Installment": "Karolo",
  "Left": "E setseng",
  "Paid": "E lefiloe",
  "Apply": "Etsa kopo",
  "What is it for? (optional)": "Ke bakeng sa eng? (ha ho qobelloe)",
  "Key facts of your loan": "Lintlha tsa bohlokoa tsa kalimo ea hau",
  "The loan costs you {cost} in all: you receive {net} and pay back {total} until {day}.":
    "Kalimo e u bitsa {cost} kaofela: u fumana {net} 'me u lefa {total} ho fihlela ka {day}.",
  "Read them as a paper": "Li bale e le pampiri",
  "I have read the key facts and agree to them.": "Ke balile lintlha tsa bohlokoa 'me kea lumellana le tsona.",
  "Tick that you agree to the key facts first.": "Tšoaea pele hore u lumellana le lintlha tsa bohlokoa.",
  "Apply for this loan": "Kopa kalimo ena",
  "To apply, open an account or sign in.": "Ho etsa kopo, bula akhaonto kapa u kene.",
};

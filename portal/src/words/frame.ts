// What stands around every page, and what a page says when the server refuses.
export const FRAME = {
  "Skip to the page": "Tlolela leqepheng",
  "Sign out": "Tsoa",
  "Loans": "Likalimo",
  "Borrow": "Alima",
  "History": "Nalane",
  "Me": "'Na",
  "Main": "Lethathamo le leholo",
  "Language": "Puo",
  "Loading …": "Ea laela …",
  "Sending …": "Ea romela …",
  "Try again": "Leka hape",
  "No connection. This is how it stood on {at}.": "Ha ho na marang-rang. Ho ne ho le tjena ka {at}.",
  // Refusals
  "You have had five codes within the hour; wait before you ask for another.":
    "U fumane likhoutu tse hlano ka hora e le 'ngoe; ema pele u kopa e 'ngoe.",
  "The line is down. Nothing was lost; try again when you have a connection.":
    "Mohala o khaohile. Ha ho letho le lahlehileng; leka hape ha u e-na le marang-rang.",
  "Something went wrong; please try again.": "Ho na le phoso; ka kopo leka hape.",
  "This e-mail or phone and password do not go together.": "Nomoro ea mohala kapa emeile le phasewete ha li lumellane.",
  "Too many wrong passwords. Wait a quarter of an hour, or reset your password.":
    "U fositse phasewete ka makhetlo a mangata. Ema metsotso e 15, kapa u etse phasewete e ncha.",
  "Too many calls in a short time. Wait a minute.": "Likopo li ngata haholo ka nako e khutšoanyane. Ema motsotso.",
  "Please look at the fields that are marked.": "Ka kopo sheba libaka tse tšoailoeng.",
};

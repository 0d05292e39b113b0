/** The months, for dates. */
export const MONTHS = {
  en: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "),
  st: "Pherekhong Hlakola Hlakubele 'Mesa Motšeanong Phupjane Phupu Phato Loetse Mphalane Pulungoana Tšitoe".split(" "),
};

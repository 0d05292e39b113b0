import { Register } from "./Register";
import { Reset } from "./Reset";
import { SignIn } from "./SignIn";

/** The pages that one leaves by signing in. */
export const DOORS = ["sign-in", "register", "reset"];

/** Register, sign in, or choose a new password. */
export function Door({ page, entered }: { page: string; entered: () => Promise<void> }) {
  if (page === "register") return <Register entered={entered} />;
  return page === "reset" ? <Reset /> : <SignIn entered={entered} />;
}

import { Register, Reset } from "../pages";
import { SignIn } from "./SignIn";

interface DoorProps {
  path: string;
  entered: () => void; // somebody is in, and the language may be another
}

/** Register, sign in, or choose a new password. Any other page is come to by signing in, and stays where it is. */
export function Door({ path, entered }: DoorProps) {
  if (path === "/register") return <Register entered={entered} />;
  return path === "/reset" ? <Reset /> : <SignIn entered={entered} />;
}

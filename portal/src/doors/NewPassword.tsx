import { Field } from "../ui/forms";
import type { Filled } from "../ui/state";
import { t } from "../words";

/** A password that is chosen, not remembered. */
export function NewPassword({ label, ...filled }: Filled & { label: string }) {
  const help = t("At least 10 characters, not only digits");
  return <Field label={label} type="password" autoComplete="new-password" help={help} {...filled} />;
}

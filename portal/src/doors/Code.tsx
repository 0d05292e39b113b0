import { Field } from "../ui/forms";
import type { Filled } from "../ui/state";
import { t } from "../words";

/** The six digits of a message. */
export function Code(filled: Filled) {
  return (
    <Field
      label={t("Code")}
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={7}
      help={t("The six digits that we sent you")}
      {...filled}
    />
  );
}

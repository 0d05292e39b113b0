import { useState } from "react";
import { answerOf, api } from "../api/client";
import { Refused } from "../api/refused";
import type { Me, ProfileIn } from "../api/types";
import { Code } from "../doors/Code";
import { Field, Form } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { t } from "../words";
import { Fields, filled } from "./fields";

/** One's particulars; the server says which of them only the branch may change. */
export function Particulars({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const [saved, setSaved] = useState(false);
  const [proof, setProof] = useState<Proof>({ password: false, address_code: false });
  const { values, of, reset } = useFields({ ...filled(me), ...NO_PROOF }, () => setSaved(false));
  async function send() {
    try {
      changed(await answerOf(api.PUT("/api/v1/me", { body: sent(values) })));
    } catch (reason) {
      setProof((before) => wantedBy(reason, before));
      throw reason;
    }
    setProof({ password: false, address_code: false });
    reset();
    setSaved(true);
  }
  return (
    <section className="card">
      {saved && <Note good>{t("Saved.")}</Note>}
      <Form button={t("Save")} send={send}>
        {(errors) => (
          <>
            <Fields of={of} errors={errors} />
            {proof.password && (
              <Field
                label={t("Present password")}
                type="password"
                autoComplete="current-password"
                {...of("password", errors)}
              />
            )}
            {proof.address_code && <Code {...of("address_code", errors)} />}
          </>
        )}
      </Form>
    </section>
  );
}

/** What has to be shown before the name, or a way to reach one, is another. */
type Proof = Record<keyof typeof NO_PROOF, boolean>;

const NO_PROOF = { password: "", address_code: "" };

function wantedBy(reason: unknown, before: Proof): Proof {
  if (!(reason instanceof Refused)) return before;
  if (reason.code === "confirmation_needed") return { ...before, password: true };
  return reason.code === "code_needed" ? { ...before, address_code: true } : before;
}

/** What is no text is sent as nothing where it is empty. */
function sent(values: Record<keyof ReturnType<typeof filled> | keyof Proof, string>): ProfileIn {
  const { date_of_birth, net_monthly_income, national_id_expires, listed_employer_id, dependants, ...rest } = values;
  const others = {
    date_of_birth: date_of_birth || null,
    net_monthly_income: net_monthly_income || null,
    national_id_expires: national_id_expires || null,
    listed_employer_id: listed_employer_id || null,
    dependants: dependants || null, // as it was typed: what is no number is for the server to say
  };
  return { ...rest, ...others, code: "" } as unknown as ProfileIn;
}

import { useState } from "react";
import { call, type Me } from "../api";
import { Show, useLoad } from "../ui/loading";
import { Card, PaperLink } from "../ui/parts";
import { t } from "../words";
import { Complaints } from "./Complaints";
import { Consents } from "./Consents";
import { Messages } from "./Messages";
import { Particulars } from "./Particulars";
import { Reminders } from "./Reminders";
import { Security } from "./Security";
import { Sessions } from "./Sessions";

/** The page about oneself. */
export function Profile() {
  const loaded = useLoad(() => call<Me>("GET", "me"));
  const [changed, setChanged] = useState<Me | null>(null);
  return (
    <>
      <h1>{t("About me")}</h1>
      <Show of={loaded}>
        {(first) => {
          const me = changed ?? first;
          return (
            <>
              <Particulars me={me} changed={setChanged} />
              <Reminders me={me} />
              <Security me={me} changed={setChanged} />
            </>
          );
        }}
      </Show>
      <Sessions />
      <Consents />
      <Messages />
      <Complaints />
      <Everything />
    </>
  );
}

function Everything() {
  return (
    <Card title={t("All that is kept about me")}>
      <p className="quiet">
        {t("Your particulars, loans, payments, history, messages and what you agreed to, in one file.")}
      </p>
      <p>
        <PaperLink path="me/everything.pdf">{t("Download as a paper")}</PaperLink> ·{" "}
        <a href="/api/v1/me/everything" download="letsema.json">
          {t("Download for a program")}
        </a>
      </p>
    </Card>
  );
}

import { useState } from "react";
import { refuseField } from "../api/refused";
import type { LoanDocument } from "../api/types";
import { upload } from "../api/upload";
import { documentLabel, documentOptions } from "../labels";
import { FileField, Form, Select } from "../ui/forms";
import { Card, Note } from "../ui/parts";
import { t } from "../words";
import { smaller } from "./photo";

interface DocumentsProps {
  loan: string;
  documents: LoanDocument[];
  reload: () => void;
}

/** What was handed in with an application, and handing in more. */
export function Documents({ loan, documents, reload }: DocumentsProps) {
  return (
    <Card title={t("Papers")}>
      {documents.length > 0 && (
        <ul className="plain">
          {documents.map((document) => (
            <li key={document.id}>
              {documentLabel(document.what)}: <a href={`/api/v1/documents/${document.id}`}>{document.file_name}</a>
            </li>
          ))}
        </ul>
      )}
      <HandIn loan={loan} reload={reload} />
    </Card>
  );
}

/** Handing in one file after the other: what is chosen, how much of it is sent, and what has arrived. */
function useHandIn(loan: string, reload: () => void) {
  const [what, setWhat] = useState("identity");
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null); // percent; null while nothing is under way
  const [received, setReceived] = useState<string[]>([]);
  async function send() {
    if (!file) throw refuseField("file", "file_missing");
    setSent(0);
    try {
      const form = new FormData();
      form.append("what", what);
      form.append("file", await smaller(file));
      await upload(`/api/v1/loans/${loan}/documents`, form, setSent);
    } finally {
      setSent(null);
    }
    setReceived([...received, file.name]);
    setFile(null);
    reload();
  }
  return { what, setWhat, file, setFile, sent, received, send };
}

function HandIn({ loan, reload }: { loan: string; reload: () => void }) {
  const { what, setWhat, file, setFile, sent, received, send } = useHandIn(loan, reload);
  const kinds = documentOptions();
  return (
    <>
      {received.length > 0 && <Note good>{t("{name} is received.", { name: received.join(", ") })}</Note>}
      <Form button={t("Hand it in")} send={send}>
        {(errors) => (
          <>
            <Select
              label={t("What it is")}
              name="what"
              options={kinds}
              value={what}
              set={setWhat}
              errors={errors.what}
            />
            <FileField
              key={received.length} // empty again after each
              label={t("File")}
              name="file"
              accept="application/pdf,image/*"
              help={t("A PDF or a photograph, of at most 5 MB.")}
              chosen={file}
              choose={setFile}
              errors={errors.file}
            />
            {sent !== null && <Progress percent={sent} />}
          </>
        )}
      </Form>
    </>
  );
}

function Progress({ percent }: { percent: number }) {
  const words = percent === 0 ? t("Making the photograph smaller …") : t("{percent} % sent", { percent });
  return (
    <p role="status">
      <progress max={100} value={percent} aria-label={words} /> {words}
    </p>
  );
}

import { useState } from "react";
import { call, type LoanDocument } from "../api";
import { documentOptions } from "../labels";
import { Field, Form, Select } from "../ui/forms";
import { Card } from "../ui/parts";
import { label, t } from "../words";

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
              {label(document.what_label)}: <a href={`/api/v1/documents/${document.id}`}>{document.file_name}</a>
            </li>
          ))}
        </ul>
      )}
      <HandIn loan={loan} turn={documents.length} reload={reload} />
    </Card>
  );
}

/** `turn` is another after each document, so that the field of the file is empty again. */
function HandIn({ loan, turn, reload }: { loan: string; turn: number; reload: () => void }) {
  const [what, setWhat] = useState("identity");
  const [file, setFile] = useState<File | null>(null);
  async function send() {
    const form = new FormData();
    form.append("what", what);
    if (file) form.append("file", file);
    await call("POST", `loans/${loan}/documents`, form);
    setFile(null);
    reload();
  }
  return (
    <Form button={t("Hand it in")} send={send}>
      {(errors) => (
        <>
          <Select label={t("What it is")} options={documentOptions()} value={what} set={setWhat} />
          <Field
            key={turn}
            label={t("File")}
            type="file"
            accept="application/pdf,image/jpeg,image/png"
            help={t("A PDF or a photograph, of at most 5 MB.")}
            onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            errors={errors.file}
          />
        </>
      )}
    </Form>
  );
}

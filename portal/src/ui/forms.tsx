import { useId, useState, type InputHTMLAttributes, type ReactNode, type SubmitEvent } from "react";
import { asRefused, type Errors, type Refused } from "../api";
import type { Options } from "../labels";
import { t } from "../words";

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "id"> & {
  label: string;
  help?: string;
  errors?: string[];
  set?: (text: string) => void;
};

/** One line to fill in. `set` is told the text; what is no text, like a file, comes by `onChange`. */
export function Field({ label, help, errors = [], set, ...input }: FieldProps) {
  const id = useId();
  const described = [help && `${id}-help`, errors.length > 0 && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-invalid={errors.length > 0}
        aria-describedby={described || undefined}
        onChange={set && ((event) => set(event.target.value))}
        {...input}
      />
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {errors.map((error) => (
        <p className="error" id={`${id}-error`} key={error}>
          {error}
        </p>
      ))}
    </div>
  );
}

interface SelectProps {
  label: string;
  options: Options;
  value: string;
  set: (code: string) => void;
}

/** A choice of one. */
export function Select({ label, options, value, set }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.target.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TickProps {
  label: string;
  checked: boolean;
  set: (checked: boolean) => void;
  errors?: string[];
}

/** Something to agree to, or to have or not. */
export function Tick({ label, checked, set, errors = [] }: TickProps) {
  return (
    <>
      <label className="tick">
        <input
          type="checkbox"
          checked={checked}
          onChange={(event) => set(event.target.checked)}
          aria-invalid={errors.length > 0}
        />
        {label}
      </label>
      {errors.map((error) => (
        <p className="error" key={error}>
          {error}
        </p>
      ))}
    </>
  );
}

interface FormProps {
  send: () => Promise<void>;
  button: string;
  children: (errors: Errors) => ReactNode;
}

/** A form that sends once, shows the refusal above it and the faults beside their fields. */
export function Form({ send, button, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await send();
    } catch (reason) {
      setRefused(asRefused(reason));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form onSubmit={submit} noValidate>
      {refused && (
        <div className="note bad" role="alert">
          {refused.message}
        </div>
      )}
      {children(refused?.errors ?? {})}
      <button className="button" disabled={busy}>
        {busy ? t("Sending …") : button}
      </button>
    </form>
  );
}

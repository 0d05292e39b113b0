import { useMutation } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type InputHTMLAttributes, type ReactNode, type SubmitEvent } from "react";
import { asRefused, type Errors, type Refused } from "../api/refused";
import type { Options } from "../labels";
import { t } from "../words";

/** What is wrong with a field, beside it. */
function Faults({ id, errors }: { id: string; errors: string[] }) {
  if (errors.length === 0) return null;
  return (
    <p className="error" id={id}>
      {errors.join(" ")}
    </p>
  );
}

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "id"> & {
  label: string;
  name: string;
  help?: string;
  errors?: string[];
  set?: (text: string) => void;
};

/** One line to fill in. `set` is told the text; what is no text, like a file, comes by `onChange`. */
export function Field({ label, help, errors = [], set, ...input }: FieldProps) {
  const id = useId();
  const described = [errors.length > 0 && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ");
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
      <Faults id={`${id}-error`} errors={errors} />
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface FileFieldProps {
  label: string;
  name: string;
  help: string;
  accept: string;
  errors?: string[];
  chosen: File | null;
  choose: (file: File | null) => void;
}

/** A file, or a photograph that is taken now. The browser's own button would speak the browser's language. */
export function FileField({ label, help, errors = [], chosen, choose, ...input }: FileFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="file">
        <span aria-hidden="true">{chosen?.name ?? t("Choose a file, or take a photograph")}</span>
        <input
          id={id}
          type="file"
          aria-invalid={errors.length > 0}
          aria-describedby={`${id}-error ${id}-help`}
          onChange={(event) => choose(event.target.files?.[0] ?? null)}
          {...input}
        />
      </div>
      <Faults id={`${id}-error`} errors={errors} />
      <p className="help" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}

interface SelectProps {
  label: string;
  name: string;
  options: Options;
  value: string;
  set: (code: string) => void;
  errors?: string[];
}

/** A choice of one. */
export function Select({ label, name, options, value, set, errors = [] }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        onChange={(event) => set(event.target.value)}
        aria-invalid={errors.length > 0}
        aria-describedby={errors.length > 0 ? `${id}-error` : undefined}
      >
        {options.map(([code, words]) => (
          <option key={code} value={code}>
            {words}
          </option>
        ))}
      </select>
      <Faults id={`${id}-error`} errors={errors} />
    </div>
  );
}

interface TickProps {
  label: string;
  name: string;
  checked: boolean;
  set: (checked: boolean) => void;
  errors?: string[];
}

/** Something to agree to, or to have or not. */
export function Tick({ label, name, checked, set, errors = [] }: TickProps) {
  const id = useId();
  return (
    <>
      <label className="tick">
        <input
          type="checkbox"
          name={name}
          checked={checked}
          onChange={(event) => set(event.target.checked)}
          aria-invalid={errors.length > 0}
          aria-describedby={errors.length > 0 ? `${id}-error` : undefined}
        />
        {label}
      </label>
      <Faults id={`${id}-error`} errors={errors} />
    </>
  );
}

interface FormProps {
  send: () => Promise<void>;
  button: string;
  children: (errors: Errors) => ReactNode;
}

/** A form that sends once, shows the refusal above it and the faults beside their fields, and goes to the first. */
export function Form({ send, button, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [strangers, setStrangers] = useState<string[]>([]);
  const { mutate, isPending, error } = useMutation({
    mutationFn: send,
    onError: (reason) => setStrangers(faultsOfStrangers(form.current, asRefused(reason))),
  });
  useEffect(() => {
    if (error) placeAtFault(form.current)?.focus();
  }, [error]);
  const refused = error && asRefused(error);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (!isPending) mutate();
  }
  return (
    <form ref={form} onSubmit={submit} noValidate>
      {refused && (
        <div className="note bad" role="alert" tabIndex={-1}>
          {[refused.message, ...strangers].join(" ")}
        </div>
      )}
      {children(refused?.errors ?? {})}
      <button className="button" disabled={isPending}>
        {isPending ? t("Sending …") : button}
      </button>
    </form>
  );
}

/** The first field that is marked; the refusal where none is. */
function placeAtFault(form: HTMLFormElement | null): HTMLElement | null {
  return form?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? form?.querySelector('[role="alert"]') ?? null;
}

/** The faults of fields that this form does not have: they are told with the refusal. */
function faultsOfStrangers(form: HTMLFormElement | null, refused: Refused): string[] {
  const names = Array.from(form?.elements ?? [], (element) => element.getAttribute("name"));
  const others = Object.entries(refused.errors).filter(([name]) => !names.includes(name));
  return others.flatMap(([, faults]) => faults).filter((fault) => fault !== refused.message);
}

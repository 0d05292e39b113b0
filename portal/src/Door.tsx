import { useState } from "react";
import { call } from "./api";
import { Field, Form } from "./ui";

/** Register or sign in. */
export function Door({ brand, register, entered }: { brand: string; register: boolean; entered: () => Promise<void> }) {
  return register ? <Register brand={brand} entered={entered} /> : <SignIn brand={brand} entered={entered} />;
}

function SignIn({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <section className="card">
      <h1>Sign in</h1>
      <p className="lead">Your loans at {brand}.</p>
      <Form button="Sign in" send={async () => { await call("POST", "sign-in", { name, password }); await entered(); }}>
        {(errors) => (
          <>
            <Field label="Phone or e-mail" autoComplete="username" value={name} onChange={(e) => setName(e.target.value)} errors={errors.name} />
            <Field label="Password" type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} errors={errors.password} />
          </>
        )}
      </Form>
      <p><a href="#/register">Open an account</a> · <a href="#/products">See what we lend</a></p>
      <p><a href="/password-reset/">Forgotten your password?</a></p>
    </section>
  );
}

function Register({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [values, setValues] = useState({ full_name: "", phone: "", email: "", password: "" });
  const set = (name: string) => (e: { target: { value: string } }) => setValues({ ...values, [name]: e.target.value });
  return (
    <section className="card">
      <h1>Open an account</h1>
      <p className="lead">At {brand}. You need a phone number or an e-mail address.</p>
      <Form button="Open my account" send={async () => { await call("POST", "register", values); await entered(); }}>
        {(errors) => (
          <>
            <Field label="Full name" autoComplete="name" value={values.full_name} onChange={set("full_name")} errors={errors.full_name} />
            <Field label="Phone" type="tel" autoComplete="tel-national" help="8 digits, like 5812 3456" value={values.phone} onChange={set("phone")} errors={errors.phone} />
            <Field label="E-mail (optional)" type="email" autoComplete="email" value={values.email} onChange={set("email")} errors={errors.email} />
            <Field label="Password" type="password" autoComplete="new-password" help="At least 10 characters, not only digits" value={values.password} onChange={set("password")} errors={errors.password} />
          </>
        )}
      </Form>
      <p>Already have one? <a href="#/sign-in">Sign in</a></p>
    </section>
  );
}

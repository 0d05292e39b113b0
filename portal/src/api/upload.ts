// Handing in a file, with how much of it is sent: `fetch` does not tell.
import { refused, token } from "./client";
import { refuse } from "./refused";

const PATIENCE = 180_000; // milliseconds

/** Sends a form with a file; `progress` is told the percent that is sent.
 * @throws Refused */
export async function upload(address: string, form: FormData, progress: (percent: number) => void): Promise<void> {
  const csrf = await token();
  await new Promise<void>((done, fail) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.timeout = PATIENCE;
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("X-CSRFToken", csrf);
    call.upload.onprogress = ({ loaded, total }) => progress(total ? Math.floor((100 * loaded) / total) : 0);
    call.ontimeout = () => fail(refuse("slow"));
    call.onerror = () => fail(refuse("offline"));
    call.onload = () => (call.status < 300 ? done() : fail(refused(call.status, read(call.responseText))));
    call.send(form);
  });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

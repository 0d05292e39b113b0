// Getting in and out.
import { enter, forget, hasLeft, noteLeft } from "../session";
import { language, speak } from "../words";
import { answerOf, api, forgetToken, renewToken } from "./client";
import { asRefused } from "./refused";
import type { Me } from "./types";

let leaving: Promise<void> | null = null;
let hasChosen = false; // a language, on this page, before anybody signed in

/** Notes that the person chose the language themselves: at sign-in it wins over the account's. */
export function noteChosen(): void {
  hasChosen = true;
}

/** Whoever `getIn` lets in is signed in here, in the language of their account. */
export async function comeIn(getIn: () => Promise<Me>): Promise<void> {
  await leaving; // or it would end the new session
  const me = await getIn();
  forgetToken();
  await followLanguage(me);
  await enter(me.id);
}

async function followLanguage(me: Me): Promise<void> {
  if (me.language === language()) return;
  if (hasChosen) await saveLanguage();
  else await speak(me.language);
}

/** The language of the page becomes that of messages, papers and other phones. Without a line it stays here alone. */
export async function saveLanguage(): Promise<void> {
  const wanted = { language: language(), wants_reminders: null };
  await answerOf(api.PUT("/api/v1/me/settings", { body: wanted })).catch(() => undefined);
}

/** Signs out: here at once, and on the server as soon as it can be told. */
export async function leave(): Promise<void> {
  noteLeft(true);
  forget(false);
  await finishLeaving();
}

/** Tells the server that somebody left; where it cannot be reached, at the next chance. */
export function finishLeaving(): Promise<void> {
  leaving ??= tell().finally(() => {
    leaving = null;
  });
  return leaving;
}

async function tell(): Promise<void> {
  if (!hasLeft()) return;
  try {
    await renewToken();
    await answerOf(api.POST("/api/v1/sign-out"));
    noteLeft(false);
  } catch (reason) {
    const { status } = asRefused(reason);
    if (status === 401 || status === 403) noteLeft(false); // nobody is signed in any more
  } finally {
    forgetToken();
  }
}

// Keeps the answers of an account in the store, by TanStack Query. It comes once somebody is signed in.
import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import { persistQueryClient } from "@tanstack/query-persist-client-core";
import type { QueryClient } from "@tanstack/react-query";
import { nameOf, store } from "./store";

const BUILD = import.meta.url; // answers that another release kept may have another shape

/** Takes up what was kept of `account`, and keeps what comes while `mayKeep` says so. Returns what ends it. */
export async function keep(
  queryClient: QueryClient,
  account: string,
  maxAge: number,
  mayKeep: () => boolean,
): Promise<() => void> {
  const key = nameOf(account, "answers");
  const storage = {
    getItem: (name: string) => store.getItem(name),
    removeItem: (name: string) => store.removeItem(name),
    // What is written late, when the account has left, is not written any more.
    setItem: (name: string, value: string) => (mayKeep() ? store.setItem(name, value) : undefined),
  };
  const persister = createAsyncStoragePersister({ storage, key });
  const [end, restored] = persistQueryClient({ queryClient, persister, maxAge, buster: BUILD });
  await restored;
  return end;
}

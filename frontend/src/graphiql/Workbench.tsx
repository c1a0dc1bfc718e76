import { GraphiQL } from "graphiql";
import { type FormEvent, useEffect, useMemo, useState } from "react";
import { accessToken, refresh } from "@/api/session";
import { useT } from "@/i18n";
import { examples } from "./examples";
import { createFetcher } from "./fetcher";
import { pageStorage } from "./storage";

/** In whose name is asked: the person of the panel's session, an app, or nobody yet. */
type Caller = { kind: "session" } | { kind: "token"; secret: string } | { kind: "nobody" };

/** GraphiQL with the panel's session, or with a token that is pasted and never kept. */
export function Workbench() {
  const t = useT();
  const [caller, setCaller] = useState<Caller | null>(null);
  const withSession = async () => setCaller({ kind: (await refresh()) ? "session" : "nobody" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => void withSession(), []);
  if (caller === null) return null;
  return (
    <div className="workbench">
      <header>
        <h1>{t("graphiql.title")}</h1>
        <p role="status">{t(`graphiql.caller.${caller.kind}`)}</p>
        <TokenForm onToken={(secret) => setCaller({ kind: "token", secret })} />
        {caller.kind === "token" && (
          <button type="button" onClick={withSession}>
            {t("graphiql.useSession")}
          </button>
        )}
        <a href="/tokens">{t("graphiql.panel")}</a>
      </header>
      <main>{caller.kind !== "nobody" && <Editor caller={caller} />}</main>
    </div>
  );
}

function TokenForm({ onToken }: { onToken: (secret: string) => void }) {
  const t = useT();
  const take = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem("token") as HTMLInputElement;
    if (field.value.trim() !== "") onToken(field.value.trim());
    field.value = "";
  };
  return (
    <form onSubmit={take} autoComplete="off">
      <label>
        {t("graphiql.token")} <input name="token" type="password" autoComplete="off" />
      </label>
      <button type="submit">{t("graphiql.useToken")}</button>
    </form>
  );
}

/** Begins anew with each caller: what one may see, the next may not. */
function Editor({ caller }: { caller: Exclude<Caller, { kind: "nobody" }> }) {
  const key = caller.kind === "token" ? caller.secret : caller.kind;
  const [fetcher, storage] = useMemo(() => {
    const token = async () => (key === "session" ? ((await accessToken()) ?? "") : key);
    return [createFetcher(token), pageStorage()] as const;
  }, [key]);
  return (
    <GraphiQL
      key={key}
      fetcher={fetcher}
      storage={storage}
      defaultTabs={examples}
      isHeadersEditorEnabled={false}
      shouldPersistHeaders={false}
    />
  );
}

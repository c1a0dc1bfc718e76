import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { IntlProvider, useIntl } from "react-intl";
import { type Language, language, onLanguageChange } from "./language";
import portuguese from "./pt-BR.json";

export type MessageId = keyof typeof portuguese;
type Messages = Record<MessageId, string>;
type Values = Record<string, string | number | Date>;

const loaders: Record<Language, () => Promise<Messages>> = {
  "pt-BR": async () => portuguese,
  en: async () => (await import("./en.json")).default,
};

export function useLanguage(): Language {
  return useSyncExternalStore(onLanguageChange, language);
}

/** Gives every text below it in the chosen language. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const chosen = useLanguage();
  const [shown, setShown] = useState<{ language: Language; messages: Messages }>({
    language: "pt-BR",
    messages: portuguese,
  });
  useEffect(() => {
    let current = true;
    void loaders[chosen]().then((messages) => {
      if (!current) return;
      document.documentElement.lang = chosen;
      setShown({ language: chosen, messages });
    });
    return () => {
      current = false;
    };
  }, [chosen]);
  return (
    <IntlProvider locale={shown.language} messages={shown.messages} defaultLocale="pt-BR">
      {children}
    </IntlProvider>
  );
}

export type Translate = (id: MessageId, values?: Values) => string;

/** The text with an id; the ids are checked by the compiler. */
export function useT(): Translate {
  const intl = useIntl();
  return useMemo(() => (id, values) => intl.formatMessage({ id }, values), [intl]);
}

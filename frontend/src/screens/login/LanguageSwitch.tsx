import { Button, Group } from "@mantine/core";
import { useLanguage, useT } from "@/i18n";
import { chooseLanguage, type Language } from "@/i18n/language";

const names: Record<Language, string> = { "pt-BR": "Português", en: "English" };

export function LanguageSwitch() {
  const t = useT();
  const chosen = useLanguage();
  return (
    <Group role="group" aria-label={t("viewer.language")} gap="xs" justify="center">
      {(Object.keys(names) as Language[]).map((name) => (
        <Button
          key={name}
          size="compact-sm"
          variant={name === chosen ? "outline" : "subtle"}
          aria-pressed={name === chosen}
          lang={name}
          onClick={() => chooseLanguage(name)}
        >
          {names[name]}
        </Button>
      ))}
    </Group>
  );
}

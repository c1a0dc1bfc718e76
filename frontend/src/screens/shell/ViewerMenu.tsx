import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "@/api/session";
import { useShell } from "@/api/viewer";
import { useLanguage, useT } from "@/i18n";
import { chooseLanguage, type Language } from "@/i18n/language";
import { UserIcon } from "@/ui/icons";
import { setPreference, usePreference } from "@/ui/preferences";
import { play } from "./sound";

const schemes = ["light", "dark", "auto"] as const;
const languageNames: Record<Language, string> = { "pt-BR": "Português (Brasil)", en: "English" };

/** Profile, channels, language, theme, sound, shortcuts and the way out. */
export function ViewerMenu() {
  const t = useT();
  const navigate = useNavigate();
  const { user } = useShell().viewer;
  const chosenLanguage = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const sound = usePreference("sound");
  const shortcuts = usePreference("shortcuts");
  const chooseSound = (on: boolean) => {
    setPreference("sound", on);
    if (on) play(); // what it sounds like
  };
  return (
    <Menu position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<UserIcon />}
          aria-label={t("viewer.menu", { name: user.name })}
        >
          {user.name.split(" ")[0]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.email}
          <br />
          {t(`role.${user.role}`)}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: "/profile" })}>
          {t("profile.title")}
        </Menu.Item>
        <Menu.Item onClick={() => void navigate({ to: "/channels" })}>
          {t("viewer.channels")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("viewer.language")}</Menu.Label>
        <Menu.RadioGroup
          value={chosenLanguage}
          onChange={(value) => chooseLanguage(value === "en" ? "en" : "pt-BR")}
        >
          {(Object.keys(languageNames) as Language[]).map((name) => (
            <Menu.RadioItem key={name} value={name} lang={name} closeMenuOnClick>
              {languageNames[name]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{t("viewer.theme")}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(value) => setColorScheme(schemes.find((name) => name === value) ?? "auto")}
        >
          {schemes.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
              {t(`viewer.theme.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.CheckboxItem checked={sound} onChange={chooseSound}>
          {t("viewer.sound")}
        </Menu.CheckboxItem>
        <Menu.CheckboxItem
          checked={shortcuts}
          onChange={(checked) => setPreference("shortcuts", checked)}
        >
          {t("viewer.shortcuts")}
        </Menu.CheckboxItem>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut(false)}>{t("viewer.signOut")}</Menu.Item>
        <Menu.Item onClick={() => void signOut(true)}>{t("viewer.signOutEverywhere")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The choice of language, theme and single keys, as items of a menu. */
import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { LANGUAGE_NAMES, LANGUAGES, type Language, preferences, THEMES, type Theme } from "@/app/preferences";
import { currentLanguage, switchLanguage } from "@/i18n";
import { MENU_ITEM, MENU_LABEL } from "./menu";

export function LanguageItems() {
  const { t } = useTranslation();
  const choose = (value: Language) => void switchLanguage(value).catch(() => showFailure(t("error.part")));
  return (
    <Menu.RadioGroup value={currentLanguage()} onValueChange={choose}>
      <Menu.Group>
        <Menu.GroupLabel className={MENU_LABEL}>{t("account.language")}</Menu.GroupLabel>
        {LANGUAGES.map((language) => (
          <Menu.RadioItem
            key={language}
            value={language}
            className={MENU_ITEM}
            closeOnClick={false}
            lang={language}
          >
            <Mark />
            {LANGUAGE_NAMES[language]}
          </Menu.RadioItem>
        ))}
      </Menu.Group>
    </Menu.RadioGroup>
  );
}

export function ThemeItems() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(preferences.theme);
  const choose = (value: Theme) => {
    preferences.setTheme(value);
    setTheme(value);
  };
  return (
    <Menu.RadioGroup value={theme} onValueChange={choose}>
      <Menu.Group>
        <Menu.GroupLabel className={MENU_LABEL}>{t("account.theme")}</Menu.GroupLabel>
        {THEMES.map((value) => (
          <Menu.RadioItem key={value} value={value} className={MENU_ITEM} closeOnClick={false}>
            <Mark />
            {t(`account.themes.${value}`)}
          </Menu.RadioItem>
        ))}
      </Menu.Group>
    </Menu.RadioGroup>
  );
}

export function KeyItems() {
  const { t } = useTranslation();
  const [isOn, setOn] = useState(preferences.singleKeys);
  return (
    <Menu.Group>
      <Menu.GroupLabel className={MENU_LABEL}>{t("account.keys")}</Menu.GroupLabel>
      <Menu.CheckboxItem
        className={MENU_ITEM}
        closeOnClick={false}
        checked={isOn}
        onCheckedChange={(next) => {
          preferences.setSingleKeys(next);
          setOn(next);
        }}
      >
        <span className="grid size-4 place-items-center">
          <Menu.CheckboxItemIndicator>
            <Check aria-hidden size={16} />
          </Menu.CheckboxItemIndicator>
        </span>
        {t("account.singleKeys")}
      </Menu.CheckboxItem>
    </Menu.Group>
  );
}

function Mark() {
  return (
    <span className="grid size-4 place-items-center">
      <Menu.RadioItemIndicator>
        <Check aria-hidden size={16} />
      </Menu.RadioItemIndicator>
    </span>
  );
}

import { DropdownMenu as Menu } from "radix-ui";
import { useState } from "react";
import { session, useMe } from "../api/client.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { roleWord } from "../kit/roles.ts";
import { type ScreenSize, sizes, useSize } from "../kit/scale.ts";
import { setSingleKeys, useSingleKeys } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { ChangePasswordForm } from "../sign-in/ChangePasswordForm.tsx";
import { currentLanguage, type Language, languages, message, setLanguage, t } from "../words/words.ts";
import { NoticeDialog } from "./NoticeDialog.tsx";
import { SessionsDialog } from "./SessionsDialog.tsx";
import { useChangeSize } from "./size.ts";
import { setTheme, type Theme, themes, useTheme } from "./theme.ts";

const themeWords: Record<Theme, string> = {
  dark: message("Dark"),
  light: message("Light"),
  system: message("As the system"),
};

const sizeWords: Record<ScreenSize, string> = {
  compact: message("Compact"),
  comfortable: message("Comfortable"),
  large: message("Large"),
};

/** What is one’s own: theme, size, language, password, sessions, and the way out. */
export function AccountMenu({ onHelp, button }: { onHelp: () => void; button: MenuButton }) {
  const me = useMe();
  const theme = useTheme();
  const size = useSize();
  const changeSize = useChangeSize();
  const singleKeys = useSingleKeys();
  const [changing, setChanging] = useState(false);
  const [sessions, setSessions] = useState(false);
  const [notices, setNotices] = useState(false);
  if (!me) return null;
  return (
    <>
      <Menu.Root modal={false} defaultOpen>
        <Menu.Trigger asChild>{button}</Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={8} collisionPadding={8}>
            <div className="px-2 pt-1.5 pb-2">
              <div className="font-semibold">{me.fullName}</div>
              <div className="text-11 text-text-3">
                {me.username} · {me.roles.map(roleWord).join(", ")}
              </div>
            </div>
            <div className="menu-line" />
            <Choices
              label={t("Theme")}
              value={theme}
              options={themes.map((name) => ({ value: name, word: t(themeWords[name]) }))}
              onChange={(value) => setTheme(value as Theme)}
            />
            <Choices
              label={t("Size|screen")}
              value={size}
              options={sizes.map((name) => ({ value: name, word: t(sizeWords[name]) }))}
              onChange={(value) => changeSize(value as ScreenSize)}
            />
            <Menu.Label className="menu-label" aria-hidden="true">
              {t("Language")}
            </Menu.Label>
            <Menu.RadioGroup
              aria-label={t("Language")}
              value={currentLanguage()}
              onValueChange={(value) => setLanguage(value as Language)}
            >
              {Object.entries(languages).map(([tag, name]) => (
                <Menu.RadioItem key={tag} value={tag} className="menu-item" lang={tag}>
                  <span className="w-4">
                    <Menu.ItemIndicator>
                      <Icon name="check" size="s" className="text-beam" />
                    </Menu.ItemIndicator>
                  </span>
                  {name}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <div className="menu-line" />
            <Menu.CheckboxItem
              className="menu-item"
              checked={singleKeys}
              onCheckedChange={setSingleKeys}
              onSelect={(event) => event.preventDefault()}
            >
              <span className="w-4">
                <Menu.ItemIndicator>
                  <Icon name="check" size="s" className="text-beam" />
                </Menu.ItemIndicator>
              </span>
              {t("Single-key shortcuts")}
            </Menu.CheckboxItem>
            <Menu.Item className="menu-item" onSelect={onHelp}>
              <Icon name="keyboard" />
              {t("All shortcuts")}
              <span className="flex-1" />
              <kbd>?</kbd>
            </Menu.Item>
            <div className="menu-line" />
            <Menu.Item className="menu-item" onSelect={() => setChanging(true)}>
              <Icon name="key" />
              {t("Change password")}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => setNotices(true)}>
              <Icon name="bell" />
              {t("How I am told")}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => setSessions(true)}>
              <Icon name="person" />
              {t("Where I am signed in")}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => void session.lock()}>
              <Icon name="lock" />
              {t("Lock the screen")}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => void session.signOut()}>
              <Icon name="signOut" />
              {t("Sign out")}
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      <NoticeDialog open={notices} onOpenChange={setNotices} />
      <SessionsDialog open={sessions} onOpenChange={setSessions} />
      <Dialog open={changing} onOpenChange={setChanging} title={t("Change password")}>
        <ChangePasswordForm
          username={me.username}
          onDone={() => {
            setChanging(false);
            toast({
              title: t("Password changed"),
              detail: t("Other screens where you were signed in are signed out."),
            });
          }}
        />
      </Dialog>
    </>
  );
}

/** One of a few, in a line; the menu stays open, so that one sees what comes of it. */
function Choices({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; word: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <>
      <Menu.Label className="menu-label">{label}</Menu.Label>
      <Menu.RadioGroup className="menu-choices" value={value} onValueChange={onChange} aria-label={label}>
        {options.map((option) => (
          <Menu.RadioItem
            key={option.value}
            value={option.value}
            className="menu-item"
            onSelect={(event) => event.preventDefault()}
          >
            {option.word}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  );
}

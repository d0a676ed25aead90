import { DropdownMenu as Menu } from "radix-ui";
import { useState } from "react";
import { session, useMe } from "../api/client.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { Icon } from "../kit/Icon.tsx";
import { setSingleKeys, useSingleKeys } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { ChangePasswordForm } from "../sign-in/ChangePasswordForm.tsx";
import { setTheme, type Theme, themes, useTheme } from "./theme.ts";

const themeWords: Record<Theme, string> = { dark: "Dark", light: "Light", system: "As the system" };

export function initialsOf(fullName: string): string {
  const words = fullName.split(/[\s,]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

const roleWord = (role: string) => role.charAt(0) + role.slice(1).toLowerCase().replaceAll("_", " ");

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  const theme = useTheme();
  const singleKeys = useSingleKeys();
  const [changing, setChanging] = useState(false);
  if (!me) return null;
  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger
          className="rounded-full"
          aria-label={`${me.fullName}: your account`}
          title={me.fullName}
        >
          <span className="avatar" aria-hidden="true">
            {initialsOf(me.fullName)}
          </span>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={8} collisionPadding={8}>
            <div className="px-2 pt-1.5 pb-2">
              <div className="font-semibold">{me.fullName}</div>
              <div className="text-11 text-text-3">
                {me.username} · {me.roles.map(roleWord).join(", ")}
              </div>
            </div>
            <div className="menu-line" />
            <Menu.Label className="menu-label">Theme</Menu.Label>
            <Menu.RadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
              {themes.map((name) => (
                <Menu.RadioItem
                  key={name}
                  value={name}
                  className="menu-item"
                  onSelect={(e) => e.preventDefault()}
                >
                  <span className="w-4">
                    <Menu.ItemIndicator>
                      <Icon name="check" size="s" className="text-beam" />
                    </Menu.ItemIndicator>
                  </span>
                  {themeWords[name]}
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
              Single-key shortcuts
            </Menu.CheckboxItem>
            <Menu.Item className="menu-item" onSelect={onHelp}>
              <Icon name="keyboard" />
              All shortcuts
              <span className="flex-1" />
              <kbd>?</kbd>
            </Menu.Item>
            <div className="menu-line" />
            <Menu.Item className="menu-item" onSelect={() => setChanging(true)}>
              <Icon name="key" />
              Change password
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => void session.signOut()}>
              <Icon name="signOut" />
              Sign out
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      <Dialog open={changing} onOpenChange={setChanging} title="Change password">
        <ChangePasswordForm
          username={me.username}
          onDone={() => {
            setChanging(false);
            toast({
              title: "Password changed",
              detail: "Other screens where you were signed in are signed out.",
            });
          }}
        />
      </Dialog>
    </>
  );
}

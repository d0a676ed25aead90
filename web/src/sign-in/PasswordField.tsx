import { type InputHTMLAttributes, type ReactNode, type Ref, useState } from "react";
import { IconButton } from "../kit/Button.tsx";
import { Field } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";

interface PasswordFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  aside?: ReactNode;
  error?: string | null;
  hint?: ReactNode;
  large?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

/** A password with an eye to show it, and a word when Caps Lock is on. */
export function PasswordField({ hint, ...props }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      spellCheck={false}
      onKeyDown={(event) => setCapsLock(event.getModifierState("CapsLock"))}
      onKeyUp={(event) => setCapsLock(event.getModifierState("CapsLock"))}
      onBlur={() => setCapsLock(false)}
      hint={
        capsLock ? (
          <span className="flex items-center gap-1 text-12 text-urg">
            <Icon name="upload" size="xs" />
            {t("Caps lock is on")}
          </span>
        ) : (
          hint
        )
      }
      trailing={
        <IconButton
          icon={shown ? "eyeOff" : "eye"}
          label={shown ? t("Hide password") : t("Show password")}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}

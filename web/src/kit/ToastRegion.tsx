import { Toast } from "radix-ui";
import { t } from "../words/words.ts";
import { Button, IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { dismissToast, useToasts } from "./toast.ts";

/** The region at the lower right where short messages come and go; F8 moves the focus there. */
export function ToastRegion() {
  const messages = useToasts();
  return (
    <Toast.Provider duration={6000} swipeDirection="right" label={t("Message")}>
      {messages.map((message) => (
        <Toast.Root
          key={message.id}
          className="toast"
          onOpenChange={(open) => {
            if (!open) dismissToast(message.id);
          }}
        >
          <Icon
            name={message.tone === "urg" ? "alert" : "check"}
            className={message.tone === "urg" ? "text-urg" : "text-ok"}
          />
          <div className="flex-1 min-w-0">
            <Toast.Title className="font-semibold">{message.title}</Toast.Title>
            {message.detail && (
              <Toast.Description className="text-text-2">{message.detail}</Toast.Description>
            )}
          </div>
          {message.action && (
            <Toast.Action asChild altText={message.action.label}>
              <Button size="s" onClick={message.action.run}>
                {message.action.label}
              </Button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <IconButton icon="x" label={t("Dismiss")} className="-my-1" />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="toasts" />
    </Toast.Provider>
  );
}

import { Icon } from "./icons.tsx";

interface MessageProps {
  icon: "warning" | "document";
  title: string;
  text: string;
  action: string;
  onAction: () => void;
}

/** What stands in place of a picture, and what can be done about it. */
export function Message({ icon, title, text, action, onAction }: MessageProps) {
  return (
    <div className="vw-message" role={icon === "warning" ? "alert" : "note"}>
      <Icon name={icon} size={28} />
      <h3>{title}</h3>
      <p>{text}</p>
      <button type="button" className="vw-button" onClick={onAction}>
        {icon === "warning" && <Icon name="retry" size={14} />}
        {action}
      </button>
    </div>
  );
}

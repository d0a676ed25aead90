import type { Permission } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "../api/client.ts";

interface ToSectionProps {
  section: string;
  /** Who has it may do there what is missing here. */
  permission: Permission;
  children: ReactNode;
}

/** From a page that is empty to the section of the administration that fills it, for whoever may. */
export function ToSection({ section, permission, children }: ToSectionProps) {
  const may = useMe()?.permissions.includes(permission) ?? false;
  if (!may) return null;
  return (
    <Link to="/administration/$section" params={{ section }} className="btn">
      {children}
    </Link>
  );
}

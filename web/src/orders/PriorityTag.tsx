import type { Priority } from "@isocenter/contract/workflow";
import { SeverityTag } from "../kit/Tag.tsx";
import { priorityLooks, priorityWord } from "./priorities.ts";

export const PriorityTag = ({ priority }: { priority: Priority }) => (
  <SeverityTag severity={priorityLooks[priority].severity} word={priorityWord(priority)} />
);

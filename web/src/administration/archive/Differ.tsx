import type { ReactNode } from "react";
import { t } from "../../words/words.ts";

export interface Line {
  name: string;
  left: string | null | undefined;
  right: string | null | undefined;
}

/** Two accounts of the same thing beside each other; what differs is marked, for the eye and for whoever listens. */
export function Differ({
  left,
  right,
  lines,
}: {
  left: ReactNode;
  right: ReactNode;
  lines: readonly Line[];
}) {
  return (
    <div className="admin-scroll">
      <table className="differ">
        <thead>
          <tr>
            <td />
            <th scope="col">{left}</th>
            <th scope="col">{right}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const differs = (line.left || "") !== (line.right || "");
            return (
              <tr key={line.name} className={differs ? "other" : ""}>
                <th scope="row">{line.name}</th>
                <td>{line.left || "–"}</td>
                <td>
                  {line.right || "–"}
                  {differs && <span className="sr-only">, {t("differs")}</span>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { sending } from "../kit/typed.ts";
import { t } from "../words/words.ts";
import { LineFields } from "./LineFields.tsx";
import { readLines, type TypedLine } from "./lines.ts";
import { issueBill, useAging } from "./queries.ts";

const currencies = Intl.supportedValuesOf("currency");

interface IssueDialogProps {
  of: { patientId: string; orderId: string | null; reportId: string | null };
  /** Whom and what it bills. */
  about: string;
  lines: TypedLine[];
  /** Where the lines have none yet: the one of most bills. */
  currency?: string;
  onClose: () => void;
}

/** Makes a bill by hand, of an examination or in the place of one that is void. */
export function IssueDialog({ of, about, lines: first, currency: before, onClose }: IssueDialogProps) {
  const navigate = useNavigate();
  const usual = useAging().data?.data.toSorted((a, b) => b.count - a.count)[0]?.currency ?? "EUR";
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen ?? before ?? usual;
  const [lines, setLines] = useState(first);
  const [due, setDue] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const key = useRef(requestKey());
  const read = readLines(lines, currency);
  const issue = async () => {
    if (!read) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      const bill = await issueBill(key.current, {
        patientId: of.patientId,
        ...(of.orderId ? { orderId: of.orderId } : {}),
        ...(of.reportId ? { reportId: of.reportId } : {}),
        lines: read,
        currency,
        ...(due ? { dueDate: due } : {}),
      });
      sent();
      toast({ title: t("Bill {number} is issued", { number: bill.number }), tone: "ok" });
      onClose();
      await navigate({ to: "/billing/$billId", params: { billId: bill.id } });
    } catch (failure) {
      // Another content is another act.
      key.current = requestKey();
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("Issue a bill")}
      description={about}
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void issue();
        }}
      >
        <LineFields lines={lines} currency={currency} onChange={setLines} />
        <div className="grid grid-cols-2 gap-3">
          <Labelled label={t("Currency")} boxed>
            <select value={currency} onChange={(event) => setChosen(event.target.value)}>
              {currencies.map((code) => (
                <option key={code}>{code}</option>
              ))}
            </select>
          </Labelled>
          <Labelled label={t("To be paid until (usual time if left empty)")} boxed>
            <input type="date" value={due} onChange={(event) => setDue(event.target.value)} />
          </Labelled>
        </div>
        {error && (
          <p className="note crit" role="alert">
            {error}
          </p>
        )}
        <Button variant="primary" size="l" type="submit" busy={busy} disabled={!read}>
          {t("Issue the bill")}
        </Button>
      </form>
    </Dialog>
  );
}

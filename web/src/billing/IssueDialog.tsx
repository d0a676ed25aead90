import type { BillWithoutPrice } from "@isocenter/contract";
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
import { emptyLine, readLines } from "./lines.ts";
import { issueBill, useAging } from "./queries.ts";

const currencies = Intl.supportedValuesOf("currency");

/** Makes the bill of an examination by hand. */
export function IssueDialog({ order, onClose }: { order: BillWithoutPrice; onClose: () => void }) {
  const navigate = useNavigate();
  const usual = useAging().data?.data.toSorted((a, b) => b.count - a.count)[0]?.currency ?? "EUR";
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen ?? usual;
  const [lines, setLines] = useState([emptyLine(order.procedureCode ?? "", order.procedureName)]);
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
        patientId: order.patientId,
        orderId: order.orderId,
        ...(order.reportId ? { reportId: order.reportId } : {}),
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
      description={`${order.procedureName} · ${order.accessionNumber}`}
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

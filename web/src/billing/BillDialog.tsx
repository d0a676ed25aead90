import type { Bill } from "@isocenter/contract";
import { type ReactNode, useRef, useState } from "react";
import { ApiError } from "../api/problem.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { joined } from "../kit/joined.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { statusWords } from "./billing-state.ts";
import { LineFields } from "./LineFields.tsx";
import { readLines, typedLine } from "./lines.ts";
import { methods, methodWord } from "./methods.ts";
import { money, readAmount, typedAmount } from "./money.ts";
import { changeBill, payBill, refundBill, voidBill } from "./queries.ts";

export type Act = "pay" | "refund" | "void" | "change";

interface FormProps {
  bill: Bill;
  /** Does it against the version that the person has seen. */
  submit: (work: (key: string, expectedVersion: number) => Promise<unknown>, done: string) => void;
  busy: boolean;
  /** What stands over the button: what changed meanwhile, or what went wrong. */
  notice: ReactNode;
}

/** What a person does with a bill. Whoever was overtaken sees what the bill is now, and decides again. */
export function BillDialog({ bill, act, onClose }: { bill: Bill; act: Act; onClose: () => void }) {
  // The bill that the person looked at when the window opened, or when told that it is another now.
  const [seen, setSeen] = useState(bill);
  const [conflict, setConflict] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(requestKey());
  const submit: FormProps["submit"] = (work, done) => {
    setBusy(true);
    setError(null);
    void work(key.current, conflict ? bill.version : seen.version)
      .then(() => {
        toast({ title: done, tone: "ok" });
        onClose();
      })
      .catch((failure: Error) => {
        const overtaken = failure instanceof ApiError && failure.code === "version.conflict";
        // A request that was answered is not the same act any more; one that was not may be sent again safely.
        if (failure instanceof ApiError && failure.status !== 0) key.current = requestKey();
        if (conflict) setSeen(bill);
        setConflict(overtaken);
        if (!overtaken) setError(failure.message);
        setBusy(false);
      });
  };
  const say = (amount: number) => money(amount, bill.currency);
  const notice = (
    <>
      {conflict && (
        <div className="note urg" role="alert">
          <p>
            {t("Somebody changed this bill meanwhile; nothing of yours was done.")}{" "}
            {t("It was {before} with {owedBefore} owed, and is {now} with {owedNow} owed.", {
              before: t(statusWords[seen.status]),
              owedBefore: say(seen.outstanding),
              now: t(statusWords[bill.status]),
              owedNow: say(bill.outstanding),
            })}{" "}
            {t("Look at it, and press again if it is still right.")}
          </p>
        </div>
      )}
      {error && (
        <p className="note crit" role="alert">
          {error}
        </p>
      )}
    </>
  );
  const props = { bill, submit, busy, notice };
  const titles = {
    pay: t("Take a payment"),
    refund: t("Refund"),
    void: t("Make void"),
    change: t("Change the bill"),
  };
  const owed = t("Bill {number}, {amount} owed", { number: bill.number, amount: say(bill.outstanding) });
  return (
    <Dialog
      open
      wide={act === "change"}
      onOpenChange={(open) => !open && onClose()}
      title={titles[act]}
      description={owed}
    >
      {act === "pay" && <Pay {...props} />}
      {act === "refund" && <GiveBack {...props} />}
      {act === "void" && <MakeVoid {...props} />}
      {act === "change" && <Change {...props} />}
    </Dialog>
  );
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

function Pay({ bill, submit, busy, notice }: FormProps) {
  const [text, setText] = useState(typedAmount(bill.outstanding, bill.currency));
  const [method, setMethod] = useState("CARD");
  const [reference, setReference] = useState("");
  const amount = readAmount(text, bill.currency);
  const tooMuch = amount !== null && amount > bill.outstanding;
  const ready = amount !== null && !tooMuch;
  return (
    <Form
      onSubmit={() =>
        ready &&
        !busy &&
        submit(
          (key, expectedVersion) =>
            payBill(bill.id, key, {
              amount,
              method,
              expectedVersion,
              ...(reference.trim() ? { reference: reference.trim() } : {}),
            }),
          t("{amount} taken", { amount: money(amount, bill.currency) }),
        )
      }
    >
      <Amount text={text} onText={setText} currency={bill.currency} />
      <Hint text={text} amount={amount} currency={bill.currency} />
      {tooMuch && <p className="text-12 text-crit">{t("No more is taken than is owed.")}</p>}
      <Labelled label={t("How")} boxed>
        <select value={method} onChange={(event) => setMethod(event.target.value)}>
          {Object.keys(methods).map((one) => (
            <option key={one} value={one}>
              {methodWord(one)}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={t("Reference, such as the number of the receipt")} boxed>
        <input value={reference} maxLength={128} onChange={(event) => setReference(event.target.value)} />
      </Labelled>
      {notice}
      <Button variant="primary" size="l" type="submit" busy={busy} disabled={!ready}>
        {ready ? t("Take {amount}", { amount: money(amount, bill.currency) }) : t("Take the payment")}
      </Button>
    </Form>
  );
}

function GiveBack({ bill, submit, busy, notice }: FormProps) {
  const held = bill.paid - bill.refunded;
  const [text, setText] = useState(typedAmount(held, bill.currency));
  const [paymentId, setPaymentId] = useState(bill.payments.length === 1 ? (bill.payments[0]?.id ?? "") : "");
  const [reason, setReason] = useState("");
  const amount = readAmount(text, bill.currency);
  const tooMuch = amount !== null && amount > held;
  const ready = amount !== null && !tooMuch && reason.trim() !== "";
  return (
    <Form
      onSubmit={() =>
        ready &&
        !busy &&
        submit(
          (key, expectedVersion) =>
            refundBill(bill.id, key, {
              amount,
              reason: reason.trim(),
              expectedVersion,
              ...(paymentId ? { paymentId } : {}),
            }),
          t("{amount} given back", { amount: money(amount, bill.currency) }),
        )
      }
    >
      <Amount text={text} onText={setText} currency={bill.currency} />
      <Hint text={text} amount={amount} currency={bill.currency} />
      {tooMuch && <p className="text-12 text-crit">{t("No more is given back than was paid.")}</p>}
      <Labelled label={t("Of which payment")} boxed>
        <select value={paymentId} onChange={(event) => setPaymentId(event.target.value)}>
          <option value="">{t("none in particular")}</option>
          {bill.payments.map((one) => (
            <option key={one.id} value={one.id}>
              {joined(money(one.amount, bill.currency), methodWord(one.method), one.reference)}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={t("Why")} boxed>
        <input value={reason} maxLength={1000} onChange={(event) => setReason(event.target.value)} />
      </Labelled>
      {notice}
      <Button variant="primary" size="l" type="submit" busy={busy} disabled={!ready}>
        {t("Give it back")}
      </Button>
    </Form>
  );
}

function MakeVoid({ bill, submit, busy, notice }: FormProps) {
  const [reason, setReason] = useState("");
  const ready = reason.trim() !== "";
  return (
    <Form
      onSubmit={() =>
        ready &&
        !busy &&
        submit(
          (key, expectedVersion) => voidBill(bill.id, key, { reason: reason.trim(), expectedVersion }),
          t("Bill {number} is void", { number: bill.number }),
        )
      }
    >
      <p className="text-text-2">
        {t("The bill is kept and shown as void; nothing of it is owed any more.")}
      </p>
      <Labelled label={t("Why")} boxed>
        <input value={reason} maxLength={1000} onChange={(event) => setReason(event.target.value)} />
      </Labelled>
      {notice}
      <Button variant="danger" size="l" type="submit" busy={busy} disabled={!ready}>
        {t("Make the bill void")}
      </Button>
    </Form>
  );
}

function Change({ bill, submit, busy, notice }: FormProps) {
  const [lines, setLines] = useState(bill.lines.map((line) => typedLine(line, bill.currency)));
  const [due, setDue] = useState(bill.dueDate ?? "");
  const read = readLines(lines, bill.currency);
  return (
    <Form
      onSubmit={() =>
        read &&
        !busy &&
        submit(
          (_, expectedVersion) => changeBill(bill.id, { lines: read, dueDate: due || null, expectedVersion }),
          t("Bill {number} is changed", { number: bill.number }),
        )
      }
    >
      <LineFields lines={lines} currency={bill.currency} onChange={setLines} />
      <Labelled label={t("To be paid until (no end if left empty)")} boxed>
        <input type="date" value={due} onChange={(event) => setDue(event.target.value)} />
      </Labelled>
      {notice}
      <Button variant="primary" size="l" type="submit" busy={busy} disabled={!read}>
        {t("Keep the change")}
      </Button>
    </Form>
  );
}

function Amount({
  text,
  onText,
  currency,
}: {
  text: string;
  onText: (text: string) => void;
  currency: string;
}) {
  return (
    <Labelled label={t("Amount in {currency}", { currency })} boxed>
      <input
        value={text}
        inputMode="decimal"
        maxLength={24}
        autoComplete="off"
        onChange={(event) => onText(event.target.value)}
      />
    </Labelled>
  );
}

function Hint({ text, amount, currency }: { text: string; amount: number | null; currency: string }) {
  if (amount !== null || text.trim() === "") return null;
  return (
    <p className="text-12 text-crit">
      {t("That is no amount of {currency}: write it as {example}.", {
        currency,
        example: typedAmount(12_050, currency),
      })}
    </p>
  );
}

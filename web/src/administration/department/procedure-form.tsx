import type { Procedure } from "@isocenter/contract";
import { useState } from "react";
import { useMe } from "../../api/client.ts";
import { Field, Labelled } from "../../kit/Field.tsx";
import { Tick } from "../../kit/forms.tsx";
import { t } from "../../words/words.ts";
import { priceText, readPrice } from "./money.ts";

/** The fields of a procedure: those of the catalogue, and its price, each for whoever may change them. */
export function useProcedureForm(procedure?: Procedure) {
  const permissions = useMe()?.permissions ?? [];
  const mayDetails = permissions.includes("catalogue.manage");
  const mayPrice = permissions.includes("prices.manage");
  const [code, setCode] = useState("");
  const [name, setName] = useState(procedure?.name ?? "");
  const [modality, setModality] = useState(procedure?.modality ?? "");
  const [bodyPart, setBodyPart] = useState(procedure?.bodyPart ?? "");
  const [duration, setDuration] = useState(String(procedure?.durationMinutes ?? 20));
  const [preparation, setPreparation] = useState(procedure?.preparation ?? "");
  const [subspecialty, setSubspecialty] = useState(procedure?.subspecialty ?? "");
  const [currency, setCurrency] = useState(procedure?.currency ?? "");
  const [price, setPrice] = useState(priceText(procedure?.price ?? null, procedure?.currency ?? ""));
  const [active, setActive] = useState(procedure?.active ?? true);
  const amount = readPrice(price, currency);
  const minutes = Number(duration);
  const ready =
    (!!procedure || code.trim() !== "") &&
    name.trim() !== "" &&
    modality.trim() !== "" &&
    Number.isInteger(minutes) &&
    minutes >= 1 &&
    amount !== undefined &&
    (amount === null || currency.trim().length === 3);
  const fields = (
    <>
      {mayDetails && (
        <>
          {!procedure && (
            <Field
              label={t("Code")}
              value={code}
              maxLength={16}
              spellCheck={false}
              onChange={({ target }) => setCode(target.value)}
            />
          )}
          <Field
            label={t("Name")}
            value={name}
            maxLength={128}
            onChange={({ target }) => setName(target.value)}
          />
          <div className="grid grid-cols-3 gap-2">
            <Field
              label={t("Modality")}
              value={modality}
              maxLength={16}
              onChange={({ target }) => setModality(target.value)}
            />
            <Field
              label={t("Body part")}
              value={bodyPart}
              maxLength={64}
              onChange={({ target }) => setBodyPart(target.value)}
            />
            <Field
              label={t("Minutes")}
              value={duration}
              inputMode="numeric"
              maxLength={4}
              onChange={({ target }) => setDuration(target.value)}
            />
          </div>
          <Labelled label={t("Preparation")}>
            <textarea
              className="text-area"
              rows={3}
              maxLength={4000}
              value={preparation}
              onChange={({ target }) => setPreparation(target.value)}
            />
          </Labelled>
          <Field
            label={t("Subspecialty (not needed)")}
            value={subspecialty}
            maxLength={64}
            onChange={({ target }) => setSubspecialty(target.value)}
          />
          <Tick label={t("Can be ordered")} checked={active} onChange={setActive} />
        </>
      )}
      {mayPrice && (
        <div className="grid grid-cols-[minmax(0,1fr)_96px] gap-2">
          <Field
            label={t("Price (not needed)")}
            value={price}
            inputMode="decimal"
            error={amount === undefined ? t("An amount such as 120.00") : null}
            onChange={({ target }) => setPrice(target.value)}
          />
          <Field
            label={t("Currency")}
            value={currency}
            maxLength={3}
            onChange={({ target }) => setCurrency(target.value.toUpperCase())}
          />
        </div>
      )}
    </>
  );
  return {
    code: () => code.trim(),
    details: () => ({
      name: name.trim(),
      modality: modality.trim().toUpperCase(),
      bodyPart: bodyPart.trim() || null,
      durationMinutes: minutes,
      preparation: preparation.trim() || null,
      subspecialty: subspecialty.trim() || null,
      active,
    }),
    price: () =>
      amount === null || amount === undefined
        ? { price: null, currency: null }
        : { price: amount, currency: currency.trim() },
    ready,
    fields,
  };
}

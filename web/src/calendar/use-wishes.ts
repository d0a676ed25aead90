import type { ImagingOrder, Schedule } from "@isocenter/contract";
import { useState } from "react";
import { ApiError } from "../api/problem.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { clockAt, dayWords, span } from "./clock.ts";
import { inTheWay } from "./optimistic.ts";
import { moveState, moveTo, type Place } from "./queries.ts";

/** Why something was refused; it stays on the page until it is read. */
export interface RefusedWish {
  title: string;
  detail: string;
  /** The appointment that is in the way, in words and as one to look at. */
  blocking: { orderId: string; words: string } | null;
}

const unchanged = (order: ImagingOrder): string =>
  t("Nothing was changed for {patient}", { patient: order.patient.name });
const movedOn = (): string =>
  t("Somebody else was faster, and the order has moved on. The list shows how it stands now.");

/** What the desk does with orders, said afterwards, and told why where it was refused. */
export function useWishes(days: readonly Schedule[]) {
  const [refused, setRefused] = useState<RefusedWish | null>(null);

  const explain = (error: unknown, title: string, order: ImagingOrder, place?: Place) => {
    const day = place && days.find(({ from, to }) => place.startsAt >= from && place.startsAt < to);
    const other =
      place && day && error instanceof ApiError && error.code === "schedule.conflict"
        ? inTheWay(day, order, place)
        : null;
    setRefused({
      title,
      detail:
        error instanceof ApiError && error.code === "version.conflict"
          ? t("Somebody else changed the order meanwhile. The list is read again: look, and try once more.")
          : error instanceof ApiError && error.code === "order.illegal-transition"
            ? movedOn()
            : (error as Error).message,
      blocking: other && {
        orderId: other.orderId,
        words: t("In the way: {patient}, {procedure}, {time}", {
          patient: other.order.patient.name,
          procedure: other.order.procedureName,
          time: span(day!.timeZone, other.startsAt, other.endsAt),
        }),
      },
    });
  };

  /** Somebody else was faster than the question that was open about the order. */
  const overtaken = (order: ImagingOrder) =>
    setRefused({ title: unchanged(order), detail: movedOn(), blocking: null });

  const place = async (order: ImagingOrder, to: Place, timeZone: string, date: string) => {
    setRefused(null);
    const { stationAeTitle, scheduledAt } = order;
    try {
      const moved = await moveTo(order, to);
      const before =
        stationAeTitle && scheduledAt && (order.status === "SCHEDULED" || order.status === "ARRIVED")
          ? { station: stationAeTitle, startsAt: scheduledAt }
          : null;
      toast({
        title: before ? t("Moved") : t("Booked"),
        detail: `${order.patient.name}, ${dayWords(date)} ${clockAt(timeZone, to.startsAt)}`,
        tone: "ok",
        ...(before
          ? {
              action: {
                label: t("Undo"),
                run: () =>
                  void moveTo(moved, before).catch((error) =>
                    explain(error, t("It could not be moved back"), moved, before),
                  ),
              },
            }
          : {}),
      });
    } catch (error) {
      explain(error, t("{patient} stays where they were", { patient: order.patient.name }), order, to);
    }
  };

  const state = async (
    order: ImagingOrder,
    status: ImagingOrder["status"],
    said: string,
    reason?: string,
  ) => {
    setRefused(null);
    try {
      await moveState(order, status, reason);
      toast({ title: said, detail: order.patient.name, tone: "ok" });
    } catch (error) {
      explain(error, unchanged(order), order);
    }
  };

  return { refused, setRefused, overtaken, place, state };
}

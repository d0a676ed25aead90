import type { ImagingOrder } from "@isocenter/contract";
import { clockAt, dayWords } from "../calendar/clock.ts";
import { MoveDialog } from "../calendar/MoveDialog.tsx";
import { moveTo, type Place, type StationHead, useDay } from "../calendar/queries.ts";
import { dateIn } from "../kit/dates.ts";
import { problemOf } from "../kit/run.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import "../calendar/calendar.css";

/** Finds a free slot for an order where it is looked at, so that nobody has to look for it again in the calendar. */
export default function Appoint({ order, onClose }: { order: ImagingOrder; onClose: () => void }) {
  const day = useDay({ facilityId: order.facilityId });
  if (!day.data) return null;
  const { timeZone, data } = day.data;
  const today = dateIn(timeZone, Date.now());
  const pick = async (place: Place) => {
    onClose();
    try {
      await moveTo(order, place);
      const date = dateIn(timeZone, Date.parse(place.startsAt));
      toast({
        title: t("Booked"),
        detail: `${order.patient.name}, ${dayWords(date)} ${clockAt(timeZone, place.startsAt)}`,
        tone: "ok",
      });
    } catch (error) {
      toast({ title: t("That did not work"), detail: problemOf(error), tone: "urg" });
    }
  };
  return (
    <MoveDialog
      order={order}
      stations={data.flatMap(({ station }): StationHead[] => (station ? [station] : []))}
      date={today}
      today={today}
      onPick={(place) => void pick(place)}
      onClose={onClose}
    />
  );
}

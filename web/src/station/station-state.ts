import { isDay } from "../calendar/calendar-state.ts";
import { keep, kept } from "../kit/kept.ts";

/** What the address of the station's list says. */
export interface StationState {
  /** AE title; `*` for all stations. Where it is left out: the one that was chosen here last. */
  station?: string;
  /** Today at the facility where it is left out. */
  date?: string;
  /** The order whose examination is open. */
  order?: string;
  facility?: string;
}

export const allStations = "*";

const isId = (value: unknown): value is string =>
  typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readStationState({ station, date, order, facility }: Record<string, unknown>): StationState {
  return {
    ...(typeof station === "string" && /^[!-~][ -~]{0,15}$/.test(station) ? { station } : {}),
    ...(isDay(date) ? { date } : {}),
    ...(isId(order) ? { order } : {}),
    ...(isId(facility) ? { facility } : {}),
  };
}

const key = (facilityId: string) => `station.${facilityId}`;

/** The station at which this computer stands, as it was chosen last; null where none was. */
export const rememberedStation = (facilityId: string): string | null => kept(key(facilityId));

export function rememberStation(facilityId: string, station: string): void {
  keep(key(facilityId), station);
}

import { bytes, type DataSet, items, number, Tags, text } from "@isocenter/dicom";
import { meaningOf } from "./report-value.ts";

export interface Channel {
  label: string;
  /** In `unit`, one a sample: sensitivity, correction and baseline are applied (PS3.3 C.10.9.1.4). */
  samples: Float64Array;
  /** `mV` for every voltage, else as the object names it. */
  unit: string;
}

/** Channels that were sampled together (PS3.3 C.10.9). */
export interface MultiplexGroup {
  label: string;
  /** Hertz. */
  frequency: number;
  channels: readonly Channel[];
}

const maxGroups = 8;
const maxChannels = 64;
const maxSamples = 8_000_000;

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** By Waveform Sample Interpretation (PS3.3 C.10.9.1.5); MB and AB are companded sound, which nobody looks at. */
const readers: Readonly<Record<string, { width: number; read: Read }>> = {
  SB: { width: 1, read: (view, at) => view.getInt8(at) },
  UB: { width: 1, read: (view, at) => view.getUint8(at) },
  SS: { width: 2, read: (view, at, little) => view.getInt16(at, little) },
  US: { width: 2, read: (view, at, little) => view.getUint16(at, little) },
  SL: { width: 4, read: (view, at, little) => view.getInt32(at, little) },
  UL: { width: 4, read: (view, at, little) => view.getUint32(at, little) },
};

const millivolts: Readonly<Record<string, number>> = { uV: 1e-3, mV: 1, V: 1e3, nV: 1e-6 };

function channelOf(definition: DataSet | undefined, index: number, raw: Float64Array): Channel {
  const [unitCode] = definition ? items(definition, Tags.ChannelSensitivityUnitsSequence) : [];
  const named = unitCode ? (text(unitCode, Tags.CodeValue) ?? "") : "";
  const inMillivolts = millivolts[named];
  const said = (tag: number, otherwise: number) => (definition && number(definition, tag)) ?? otherwise;
  const scale = inMillivolts ?? 1;
  const factor = said(Tags.ChannelSensitivity, 1) * said(Tags.ChannelSensitivityCorrectionFactor, 1) * scale;
  const baseline = said(Tags.ChannelBaseline, 0) * scale;
  const label = definition
    ? text(definition, Tags.ChannelLabel) || meaningOf(definition, Tags.ChannelSourceSequence)
    : "";
  return {
    label: label.replace(/^Lead\s+/i, "") || String(index + 1),
    samples: raw.map((sample) => sample * factor + baseline),
    unit: inMillivolts === undefined ? named : "mV",
  };
}

function groupOf(set: DataSet): MultiplexGroup | null {
  const channels = Math.min(number(set, Tags.NumberOfWaveformChannels) ?? 0, maxChannels);
  const all = number(set, Tags.NumberOfWaveformChannels) ?? 0;
  const frequency = number(set, Tags.SamplingFrequency) ?? 0;
  const reader = readers[text(set, Tags.WaveformSampleInterpretation) ?? ""];
  const data = bytes(set, Tags.WaveformData);
  if (channels < 1 || !(frequency > 0) || !reader || !data) return null;
  const there = Math.floor(data.length / (reader.width * all));
  const count = Math.min(
    number(set, Tags.NumberOfWaveformSamples) ?? 0,
    there,
    Math.floor(maxSamples / channels),
  );
  if (count < 2) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const definitions = items(set, Tags.ChannelDefinitionSequence);
  return {
    label: text(set, Tags.MultiplexGroupLabel) ?? "",
    frequency,
    channels: Array.from({ length: channels }, (_, channel) => {
      // Samples of all channels of one moment stand together.
      const raw = Float64Array.from({ length: count }, (_, sample) =>
        reader.read(view, (sample * all + channel) * reader.width, set.littleEndian),
      );
      return channelOf(definitions[channel], channel, raw);
    }),
  };
}

/** What the Waveform Sequence holds, as far as it can be read. */
export function multiplexGroups(set: DataSet): MultiplexGroup[] {
  return items(set, Tags.WaveformSequence)
    .slice(0, maxGroups)
    .flatMap((item) => groupOf(item) ?? []);
}

import { type DataSet, Tags, text } from "@isocenter/dicom";
import { bannerOf, readableDateTime } from "./banner.ts";
import { markupText } from "./markup.ts";
import { type Channel, type MultiplexGroup, multiplexGroups } from "./waveform-samples.ts";

/*
 * All lengths in millimetres, as on the paper of an electrocardiograph: 25 mm a second, 10 mm a millivolt. What lasts longer than a strip is drawn with a slower
 * paper, and says so.
 */
const margin = 8;
const labelWidth = 14;
const stripWidth = 250;
const rowHeight = 22;
const headHeight = 18;
const standardSpeed = 25;
const standardGain = 10;
/** Points of one curve; more samples are drawn by the lowest and highest of each step, so that no peak is lost. */
const maxPoints = 4000;

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** Places along the curve: time in samples, value. */
function pointsOf(samples: Float64Array): [number, number][] {
  if (samples.length <= maxPoints) return Array.from(samples, (value, index) => [index, value]);
  const step = Math.ceil(samples.length / (maxPoints / 2));
  const points: [number, number][] = [];
  for (let from = 0; from < samples.length; from += step) {
    let low = from;
    let high = from;
    for (let at = from; at < Math.min(from + step, samples.length); at++) {
      if (samples[at]! < samples[low]!) low = at;
      if (samples[at]! > samples[high]!) high = at;
    }
    for (const at of low <= high ? [low, high] : [high, low]) points.push([at, samples[at]!]);
  }
  return points;
}

/** Millimetres a unit, and the value that lies on the row's middle. */
function scaleOf({ samples, unit }: Channel): { gain: number; middle: number } {
  if (unit === "mV") return { gain: standardGain, middle: 0 };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of samples) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { gain: high > low ? (rowHeight * 0.8) / (high - low) : 1, middle: (high + low) / 2 };
}

const grid = (height: number): string => `
<defs>
<pattern id="small" width="1" height="1" patternUnits="userSpaceOnUse"><path d="M1 0H0V1" fill="none" stroke="#f3c9c9" stroke-width=".08"/></pattern>
<pattern id="large" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="url(#small)"/><path d="M5 0H0V5" fill="none" stroke="#e59a9a" stroke-width=".15"/></pattern>
</defs>
<rect x="${margin}" y="${headHeight}" width="${labelWidth + stripWidth}" height="${height}" fill="url(#large)"/>`;

function row(channel: Channel, frequency: number, speed: number, middleY: number): string {
  const { gain, middle } = scaleOf(channel);
  const left = margin + labelWidth;
  const points = pointsOf(channel.samples)
    .map(
      ([at, value]) =>
        `${round(left + (at / frequency) * speed)},${round(middleY - (value - middle) * gain)}`,
    )
    .join(" ");
  const pulse =
    channel.unit === "mV"
      ? `<path d="M${margin + 7} ${middleY}h1v-${standardGain}h3v${standardGain}h1" fill="none" stroke="#222" stroke-width=".25"/>`
      : "";
  const unit = channel.unit === "mV" || channel.unit === "" ? "" : ` (${channel.unit})`;
  return `${pulse}<polyline points="${points}" fill="none" stroke="#111" stroke-width=".3" stroke-linejoin="round"/>
<text x="${left + 1}" y="${round(middleY - rowHeight / 2 + 4)}" font-weight="600">${markupText(channel.label + unit)}</text>`;
}

function drawGroup(group: MultiplexGroup, top: number): { markup: string; height: number } {
  const seconds = group.channels[0]!.samples.length / group.frequency;
  const speed = Math.min(standardSpeed, stripWidth / seconds);
  const rows = group.channels.map((channel, index) =>
    row(channel, group.frequency, speed, top + 6 + rowHeight * (index + 0.5)),
  );
  const voltage = group.channels.some(({ unit }) => unit === "mV") ? `, ${standardGain} mm/mV` : "";
  const note = `${group.label ? `${group.label}, ` : ""}${round(seconds)} s, ${round(group.frequency)} Hz, ${round(speed)} mm/s${voltage}`;
  return {
    markup: `<text x="${margin + labelWidth}" y="${round(top + 4)}" fill="#555">${markupText(note)}</text>${rows.join("\n")}`,
    height: 6 + rowHeight * group.channels.length + 2,
  };
}

/**
 * Waveforms (PS3.3 A.34) on millimetre paper. Everything of the object is escaped; null where none of its groups can be read.
 */
export function waveformSvg(set: DataSet): string | null {
  const groups = multiplexGroups(set);
  if (groups.length === 0) return null;
  let height = 0;
  const drawn: string[] = [];
  for (const group of groups) {
    const { markup, height: more } = drawGroup(group, headHeight + height);
    drawn.push(markup);
    height += more;
  }
  const width = 2 * margin + labelWidth + stripWidth;
  const total = headHeight + height + margin;
  const when = readableDateTime(text(set, Tags.AcquisitionDateTime));
  const head = [
    ...bannerOf(set).map(([label, value]) => `${label}: ${value}`),
    ...(when ? [`Recorded: ${when}`] : []),
  ];
  const lines = [head.slice(0, 4), head.slice(4)].map(
    (line, index) => `<text x="${margin}" y="${7 + index * 5}">${markupText(line.join(" · "))}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${round(total)}" width="${width}mm" height="${round(total)}mm" font-family="system-ui, sans-serif" font-size="3.4">
<title>Waveforms</title>
<rect width="100%" height="100%" fill="#fff"/>
${lines.join("\n")}${grid(height)}
${drawn.join("\n")}
</svg>
`;
}

const nameOf = (line: string): string => line.split(" ")[2]!;

/** Prometheus text as blocks: the comments of a metric with its samples. */
function blocksOf(text: string): Map<string, string[]> {
  const blocks = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("# HELP ")) {
      current = [];
      blocks.set(nameOf(line), current);
    }
    current.push(line);
  }
  return blocks;
}

/** A sample, `name 1` or `name{a="b"} 1`, with one more label. */
function labelled(sample: string, label: string): string {
  const space = sample.indexOf(" ");
  const brace = sample.indexOf("{");
  return brace >= 0 && brace < space
    ? `${sample.slice(0, brace + 1)}${label},${sample.slice(brace + 1)}`
    : `${sample.slice(0, space)}{${label}}${sample.slice(space)}`;
}

/** The metrics of another process among ours: its samples get the label `process`, and each metric is described once, as Prometheus demands. */
export function joinMetrics(own: string, other: string, process: string): string {
  const blocks = blocksOf(own);
  for (const [name, lines] of blocksOf(other)) {
    const samples = lines
      .filter((line) => !line.startsWith("#"))
      .map((line) => labelled(line, `process="${process}"`));
    const block = blocks.get(name);
    if (block) block.push(...samples);
    else blocks.set(name, [...lines.filter((line) => line.startsWith("#")), ...samples]);
  }
  return `${[...blocks.values()].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** French, gathered from the rooms: each has its own words beside it. One chunk, loaded by whoever reads French. */
export const french: Readonly<Record<string, string>> = Object.assign(
  {},
  ...Object.values(
    import.meta.glob<Record<string, string>>("../*/words.fr.json", { eager: true, import: "default" }),
  ),
);

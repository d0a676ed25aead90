import { describe, expect, it } from "vitest";
import { speak } from "../words/words.ts";
import {
  ageAt,
  ago,
  contentCount,
  imageCount,
  imagingModalities,
  seriesCount,
  sexAndAge,
  sizeOf,
  totalOf,
} from "./format.ts";

describe("what a row says", () => {
  it("names what made the images, and papers only where there is nothing else", () => {
    expect(imagingModalities(["DOC", "CT", "SR"])).toEqual(["CT"]);
    expect(imagingModalities(["DOC", "SR"])).toEqual(["DOC", "SR"]);
  });

  it("tells the age at the examination, as a department says it", () => {
    expect(ageAt("1967-03-02", "2026-03-01")).toBe("58 y");
    expect(ageAt("1967-03-02", "2026-03-02")).toBe("59 y");
    expect(ageAt("2024-06-15", "2026-06-14")).toBe("23 mo");
    expect(ageAt("2024-06-15", "2026-06-15")).toBe("2 y");
    expect(ageAt("2026-02-20", "2026-03-05")).toBe("13 d");
    expect(ageAt("2026-02-20", "2026-02-20")).toBe("0 d");
    expect(ageAt("2026-02-20", "2026-02-19")).toBeNull();
    expect(ageAt(null, "2026-02-19")).toBeNull();
    expect(ageAt("2026-02-20", null)).toBeNull();
  });

  it("leaves out what is not known", () => {
    expect(sexAndAge({ sex: "F", birthDate: "2000-01-01" }, "2026-01-01")).toBe("F 26 y");
    expect(sexAndAge({ sex: "U", birthDate: null }, "2026-01-01")).toBe("");
  });

  it("counts", () => {
    expect(totalOf(10_000, false)).toBe("10,000+");
    expect(imageCount(1)).toBe("1 image");
    expect(imageCount(1184)).toBe("1,184 images");
    expect(contentCount({ numberOfImages: 2, numberOfInstances: 4 })).toBe("2 images");
    expect(contentCount({ numberOfImages: 0, numberOfInstances: 2 })).toBe("2 objects");
    expect(contentCount({ numberOfImages: 0, numberOfInstances: 0 })).toBe("0 images");
    expect(seriesCount(1)).toBe("1 series");
    expect([0, 999, 1000, 999_600, 526_000, 12_340_000, 4e12].map(sizeOf)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "1.0 MB",
      "526 kB",
      "12.3 MB",
      "4.0 TB",
    ]);
    expect([0, 44e3, 60e3, 3 * 3600e3, 80 * 3600e3].map(ago)).toEqual([
      "just now",
      "just now",
      "1 min ago",
      "3 h ago",
      "3 days ago",
    ]);
  });

  it("says it in French as French does", async () => {
    await speak("fr");
    try {
      expect(ageAt("1967-03-02", "2026-03-01")).toBe("58 ans");
      expect(imageCount(1184).replace(/\s/g, " ")).toBe("1 184 images");
      expect([526_000, 12_340_000].map(sizeOf)).toEqual(["526 ko", "12,3 Mo"]);
      expect([0, 80 * 3600e3].map(ago)).toEqual(["à l’instant", "il y a 3 jours"]);
    } finally {
      await speak("en");
    }
  });
});

import { t } from "../words/words.ts";

const centre = { x: 400, y: 440 };

function at(radius: number, degrees: number): string {
  const radians = (degrees * Math.PI) / 180;
  return `${(centre.x + radius * Math.cos(radians)).toFixed(1)} ${(centre.y + radius * Math.sin(radians)).toFixed(1)}`;
}

const ticks = Array.from({ length: 120 }, (_, i) => ({
  degrees: i * 3,
  length: i % 30 === 0 ? 26 : i % 10 === 0 ? 26 : 12,
  strong: i % 10 === 0,
}));
const spokes = Array.from({ length: 24 }, (_, i) => i * 15).filter((degrees) => degrees % 90 !== 0);
const beams = [0, 90, 180, 270];

/** The gantry seen from the front: four beams that meet where order, images, report and bill of one examination do. */
export function Art() {
  return (
    <section className="relative overflow-hidden bg-bg max-lg:hidden">
      <svg
        aria-hidden="true"
        viewBox="0 0 880 900"
        preserveAspectRatio="xMidYMid meet"
        className="absolute inset-0 size-full"
      >
        <g transform="translate(440 420) scale(.84) translate(-400 -440)">
          <g fill="none" stroke="var(--line-2)">
            {[352, 344, 236, 228].map((radius) => (
              <circle key={radius} cx={centre.x} cy={centre.y} r={radius} />
            ))}
            {ticks.map(({ degrees, length, strong }) => (
              <path
                key={degrees}
                d={`M${at(316, degrees)}L${at(316 + length, degrees)}`}
                stroke={strong ? "var(--control)" : undefined}
              />
            ))}
            {spokes.map((degrees) => (
              <path key={degrees} d={`M${at(300, degrees)}L${at(70, degrees)}`} />
            ))}
          </g>
          {beams.map((degrees) => (
            <path
              key={degrees}
              d={`M${at(316, degrees - 4.6)}L${centre.x} ${centre.y}L${at(316, degrees + 4.6)}z`}
              fill="var(--beam)"
              fillOpacity=".09"
              stroke="var(--beam)"
              strokeOpacity=".75"
            />
          ))}
          <circle cx={centre.x} cy={centre.y} r="58" fill="var(--bg)" stroke="var(--control)" />
          <circle cx={centre.x} cy={centre.y} r="5" fill="var(--beam)" />
          <circle cx={centre.x} cy={centre.y} r="14" fill="none" stroke="var(--beam)" />
        </g>
        <g className="fill-text-3 text-13 font-medium">
          <text x="440" y="106" textAnchor="middle">
            {t("Order")}
          </text>
          <text x="752" y="425">
            {t("Images")}
          </text>
          <text x="440" y="746" textAnchor="middle">
            {t("Report")}
          </text>
          <text x="128" y="425" textAnchor="end">
            {t("Bill")}
          </text>
        </g>
      </svg>
      <p className="absolute inset-x-0 bottom-6 text-center text-text-3">
        {t("The order, the images, the report and the bill of one examination meet here.")}
      </p>
    </section>
  );
}

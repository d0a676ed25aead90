import { type JsonDataSet, textOf } from "@isocenter/presentation";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import { type AttributeRow, attributeRows, type KeywordOf, searchRows } from "../model/attribute-rows.ts";
import { tags } from "../model/tags.ts";
import { remPixels } from "../rem.ts";
import { loadDictionary } from "./dictionary.ts";
import { Icon } from "./icons.tsx";
import { SidePanel } from "./SidePanel.tsx";

interface AttributesPanelProps {
  /** Of the current image, or of all instances of a series without pictures. */
  dataSets: readonly JsonDataSet[];
  /** Which image this is, in words. */
  title: string;
  onClose: () => void;
}

const noKeywords: KeywordOf = () => undefined;

/** Every attribute of the current image: tag, keyword, value representation and value. */
export function AttributesPanel({ dataSets, title, onClose }: AttributesPanelProps) {
  const [keywordOf, setKeywordOf] = useState<KeywordOf>(() => noKeywords);
  const [text, setText] = useState("");
  const search = useDeferredValue(text);
  useEffect(() => {
    let gone = false;
    loadDictionary().then((loaded) => {
      if (!gone) setKeywordOf(() => loaded);
    });
    return () => {
      gone = true;
    };
  }, []);
  const [chosen, setChosen] = useState(0);
  const dataSet = dataSets[Math.min(chosen, dataSets.length - 1)];
  const rows = useMemo(() => (dataSet ? attributeRows(dataSet, keywordOf) : []), [dataSet, keywordOf]);
  const found = useMemo(() => searchRows(rows, search), [rows, search]);
  return (
    <SidePanel
      label={t("Attributes of the image")}
      title={t("Attributes")}
      beside={title}
      closeLabel={t("Close the attributes")}
      onClose={onClose}
    >
      {dataSets.length > 1 && (
        <label className="vw-instance">
          {t("Instance")}
          <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
            {dataSets.map((each, index) => (
              <option key={textOf(each, tags.SOPInstanceUID)} value={index}>
                {t("{number} of {total}", { number: index + 1, total: dataSets.length })}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="vw-search">
        <Icon name="search" size={14} />
        <span className="vw-hidden">{t("Search the attributes")}</span>
        <input
          type="search"
          // biome-ignore lint/a11y/noAutofocus: whoever opens the table looks for something, and types it.
          autoFocus
          value={text}
          placeholder={t("Tag, keyword or value")}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="vw-dim">
          {search ? t("{number} of {total}", { number: found.length, total: rows.length }) : rows.length}
        </span>
      </label>
      <AttributeTable rows={found} nothing={dataSet ? t("Nothing matches.") : t("No image is shown.")} />
    </SidePanel>
  );
}

/** Only the lines in sight are on the page: an enhanced image has tens of thousands. */
function AttributeTable({ rows, nothing }: { rows: readonly AttributeRow[]; nothing: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 1.5 * remPixels(),
    overscan: 20,
    getItemKey: (index) => rows[index]!.path,
  });
  return (
    <div ref={scroller} className="vw-attribute-rows">
      {/* biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be a table element; the roles say what it is. */}
      <div
        role="table"
        aria-label={t("Attributes")}
        aria-rowcount={rows.length}
        style={{ height: virtual.getTotalSize(), position: "relative" }}
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            // biome-ignore lint/a11y/useFocusableInteractive: rows of a table that is read, not operated.
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 1}
              className="vw-attribute"
              data-item={row.tag === "" || undefined}
              style={{
                transform: `translateY(${item.start}px)`,
                paddingLeft: `${(1 + row.depth) * 0.75}rem`,
              }}
            >
              <Cell className="vw-mono vw-attribute-tag">{row.tag}</Cell>
              <Cell className="vw-attribute-keyword">{row.keyword}</Cell>
              <Cell className="vw-mono vw-attribute-vr">{row.vr}</Cell>
              <Cell className="vw-attribute-value">{row.value}</Cell>
            </div>
          );
        })}
      </div>
      {rows.length === 0 && <p className="vw-nothing">{nothing}</p>}
    </div>
  );
}

function Cell({ className, children }: { className: string; children: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above.
    <span role="cell" className={className}>
      {children}
    </span>
  );
}

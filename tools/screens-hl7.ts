import net from "node:net";
import { createFrameReader, frameOf } from "@isocenter/hl7";

/** Sends messages over one connection, each after the answer to the one before. */
async function sendAll(port: number, messages: readonly string[]): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  const reader = createFrameReader({ maxLength: 65_536 });
  for (const text of messages) {
    socket.write(frameOf(Buffer.from(text)));
    for await (const chunk of socket.iterator({ destroyOnReturn: false }))
      if (reader.push(chunk as Buffer).length > 0) break;
  }
  socket.destroy();
}

/** A hospital's system is put down, and tells of patients and an order that the catalogue does not have; another one is not known. */
export async function tellByHl7(
  url: string,
  port: number,
  headers: { authorization: string },
  patientId: string,
): Promise<void> {
  const answer = await fetch(`${url}/api/v1/hl7/systems`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ name: "Lakeside hospital", application: "HIS", receives: ["ADT", "ORDERS"] }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  let count = 0;
  const message = (type: string, segments: readonly string[], application = "HIS") =>
    [
      `MSH|^~\\&|${application}|LAKESIDE|ISOCENTER|RADIOLOGY|20261126091500||${type}|MSG000${++count}|P|2.5.1`,
      ...segments,
      "",
    ].join("\r");
  const patient = "PID|1||DEMO-900412^^^^MR||Okafor^Ada^^^^^L||19840617|F|||12 Harbour Street^^Lakeside";
  await sendAll(port, [
    message("ADT^A04^ADT_A01", ["EVN||20261126091500", patient, "PV1|1|O"]),
    message("ADT^A08^ADT_A01", ["EVN||20261126091500", `${patient}|||5550142`, "PV1|1|O"]),
    message("ORM^O01", [
      patient,
      "PV1|1|O",
      "ORC|NW|PL-4471^HIS",
      "OBR|1|PL-4471^HIS||XR-KNEE-2^Knee, two views^L|||||||||||||||||||||||^^^20261127100000^^R||||^Pain after a fall",
    ]),
    message("ADT^A08^ADT_A01", ["EVN||20261126091500", `PID|1||${patientId}`, "PV1|1|O"], "CARDIO"),
  ]);
}

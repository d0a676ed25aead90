import { apiRoot, fetchAuthorized } from "../api/client.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";

/** Opens the letter of a report in a window of its own. */
export async function openLetter(reportId: string): Promise<void> {
  // The window is opened while the click counts; a token cannot stand in an address.
  const tab = window.open("", "_blank");
  try {
    const answer = await fetchAuthorized(`${apiRoot}/reports/${reportId}/pdf`);
    if (!answer.ok) throw new Error();
    const url = URL.createObjectURL(await answer.blob());
    if (tab) tab.location.href = url;
    else location.assign(url);
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch {
    tab?.close();
    toast({ title: t("The letter could not be made"), detail: t("Try again in a moment."), tone: "urg" });
  }
}

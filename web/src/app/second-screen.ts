/** What the windows of one browser tell each other about the study on their screens. */
type Message = { kind: "open"; studyInstanceUid: string } | { kind: "closed" } | { kind: "asked" };

const channelName = "isocenter.screens";
const windowName = "isocenter-second-screen";

export interface FirstScreen {
  /** Opens the second window, on another screen where the browser can say which there are, or brings it to the front. */
  openSecond(): Promise<void>;
  dispose(): void;
}

/** The window that leads: the second follows it to this study, and goes blank when it is left. */
export function leadScreens(studyInstanceUid: string): FirstScreen {
  const channel = new BroadcastChannel(channelName);
  const tell = (message: Message) => channel.postMessage(message);
  tell({ kind: "open", studyInstanceUid });
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "asked") tell({ kind: "open", studyInstanceUid });
  };
  const left = () => tell({ kind: "closed" });
  addEventListener("pagehide", left);
  return {
    async openSecond() {
      const { features } = await placeOfSecond();
      window.open(`/studies/${studyInstanceUid}/view?screen=2`, windowName, features)?.focus();
    },
    dispose() {
      removeEventListener("pagehide", left);
      left();
      channel.close();
    },
  };
}

/** Follows the window that leads. `onStudy` is told of each study, and of undefined where none is open any more. */
export function followScreens(onStudy: (studyInstanceUid: string | undefined) => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "open") onStudy(data.studyInstanceUid);
    if (data.kind === "closed") onStudy(undefined);
  };
  channel.postMessage({ kind: "asked" } satisfies Message);
  return () => channel.close();
}

interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What we use of the Window Management API, which not all browsers have, and none over plain HTTP. */
interface WithScreens {
  getScreenDetails(): Promise<{
    currentScreen: object;
    screens: (object & { availLeft: number; availTop: number; availWidth: number; availHeight: number })[];
  }>;
}

async function otherScreen(): Promise<Place | undefined> {
  if (!("getScreenDetails" in globalThis)) return undefined;
  try {
    const { screens, currentScreen } = await (globalThis as unknown as WithScreens).getScreenDetails();
    const other = screens.find((screen) => screen !== currentScreen);
    return (
      other && {
        left: other.availLeft,
        top: other.availTop,
        width: other.availWidth,
        height: other.availHeight,
      }
    );
  } catch {
    // The person may refuse to say what screens there are; the window is then moved by hand.
    return undefined;
  }
}

async function placeOfSecond(): Promise<{ features: string }> {
  const place = (await otherScreen()) ?? {
    left: screenX + 40,
    top: screenY + 40,
    width: outerWidth,
    height: outerHeight,
  };
  const parts = Object.entries(place).map(([name, value]) => `${name}=${Math.round(value)}`);
  return { features: ["popup", ...parts].join(",") };
}

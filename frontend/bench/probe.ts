/** What a measured page notes about itself. It runs in the page, before its scripts. Times are of `performance.now()`. */

export interface Probe {
  /** When the page was drawn, and when it had answered a click. */
  drawnAt?: number;
  answeredAt?: number;
  /** Changes: when the event had arrived, and when the frame with the new card was painted. */
  changes: { arrivedAt: number; paintedAt: number }[];
  /** Milliseconds between two frames, from `startFrames` on. */
  frames: number[];
  startFrames: () => void;
  stopFrames: () => void;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Wait for `count` elements, click the first, wait for the answer; then watch the cards that changes bring. */
export function installProbe({
  drawn,
  count,
  answer,
}: {
  drawn: string;
  count: number;
  answer: string;
}): void {
  let isRecording = false;
  window.probe = {
    changes: [],
    frames: [],
    startFrames: () => {
      window.probe.frames = [];
      isRecording = true;
      let last: number | null = null;
      const frame = (at: number) => {
        if (last !== null) window.probe.frames.push(at - last);
        last = at;
        if (isRecording) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    stopFrames: () => {
      isRecording = false;
    },
  };
  const { probe } = window;

  /** Call back when the frame that is being made is painted. */
  const painted = (then: (at: number) => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });

  const lookForAnswer = () => {
    if (document.querySelector(answer) === null) requestAnimationFrame(lookForAnswer);
    else painted((at) => (probe.answeredAt = at));
  };
  const lookForCards = () => {
    const first = document.querySelector<HTMLElement>(drawn);
    if (first === null || document.querySelectorAll(drawn).length < count) {
      requestAnimationFrame(lookForCards);
      return;
    }
    painted((at) => {
      probe.drawnAt = at;
      first.click();
      lookForAnswer();
    });
  };
  requestAnimationFrame(lookForCards);

  let arrivedAt: number | null = null;
  const read = ReadableStreamDefaultReader.prototype.read;
  ReadableStreamDefaultReader.prototype.read = async function (this: ReadableStreamDefaultReader) {
    const result = await read.call(this);
    if (typeof result.value === "string" && result.value.includes("event: changed"))
      arrivedAt ??= performance.now();
    return result;
  } as typeof read;
  new MutationObserver((records) => {
    const hasNewCard = records.some(({ addedNodes }) =>
      [...addedNodes].some((node) => node instanceof Element && node.querySelector("[data-card]") !== null),
    );
    if (arrivedAt === null || !hasNewCard) return;
    const change = { arrivedAt, paintedAt: 0 };
    arrivedAt = null;
    painted((at) => probe.changes.push({ ...change, paintedAt: at }));
  }).observe(document, { childList: true, subtree: true });
}

/** What a measured page notes about itself. It runs in the page, before its scripts. Times are of `performance.now()`. */

export interface Probe {
  /** When what is in view was drawn, when a click on it was answered, and when everything was drawn. */
  drawnAt?: number;
  answeredAt?: number;
  completeAt?: number;
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

export interface Wanted {
  /** What is drawn: how many elements fill the view, and how many there are. */
  drawn: string;
  inView: number;
  all: number;
  /** What is there when the click is answered. */
  answer: string;
}

/** Wait for the elements in view, click the first, wait for the answer; then watch the cards that changes bring. */
export function installProbe({ drawn, inView, all, answer }: Wanted): void {
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
    else
      painted((at) => {
        probe.answeredAt = at;
      });
  };
  const lookForAll = () => {
    if (document.querySelectorAll(drawn).length < all) requestAnimationFrame(lookForAll);
    else
      painted((at) => {
        probe.completeAt = at;
      });
  };
  const lookForCards = () => {
    const first = document.querySelector<HTMLElement>(drawn);
    if (first === null || document.querySelectorAll(drawn).length < inView) {
      requestAnimationFrame(lookForCards);
      return;
    }
    lookForAll();
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

import { FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";

interface Props {
  file: File | null;
  /** What it says before a file is chosen. */
  name: string;
  hint: string;
  /** The kinds of files, as an input takes them. */
  accept: string;
  isDisabled: boolean;
  onFile: (file: File) => void;
}

/** A button, which is also where a file can be dropped. */
export function FileChoice({ file, name, hint, accept, isDisabled, onFile }: Props) {
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped !== undefined && !isDisabled) onFile(dropped);
  };
  return (
    <>
      <button
        type="button"
        disabled={isDisabled}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
        className={`flex w-full flex-col items-center gap-1 rounded-lg border-2 border-dashed px-4 text-center ${file === null ? "py-10" : "py-4"} ${isOver ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-hover"}`}
      >
        <FileUp aria-hidden size={22} className="text-muted" />
        <span className="max-w-full break-words font-medium">{file?.name ?? name}</span>
        <span className="text-muted text-sm">{hint}</span>
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={name}
        className="hidden"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen !== undefined) onFile(chosen);
          event.target.value = ""; // the same file, corrected, can be chosen again
        }}
      />
    </>
  );
}

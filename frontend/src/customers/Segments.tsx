import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";

interface Props<Value extends string> {
  label: string;
  value: Value;
  /** The text of each choice. */
  options: Partial<Record<Value, string>>;
  onValue: (value: Value) => void;
}

/** One choice of a few that are all seen. */
export function Segments<Value extends string>({ label, value, options, onValue }: Props<Value>) {
  return (
    <ToggleGroup
      aria-label={label}
      className="flex rounded-md border border-line-strong bg-sunken p-0.5"
      value={[value]}
      onValueChange={([next]: Value[]) => next !== undefined && onValue(next)}
    >
      {(Object.entries(options) as [Value, string][]).map(([option, text]) => (
        <Toggle
          key={option}
          value={option}
          className="flex h-8 items-center rounded-sm border border-transparent px-3 font-medium text-muted data-[pressed]:border-line-strong data-[pressed]:bg-raised data-[pressed]:text-text pointer-coarse:h-10"
        >
          {text}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}

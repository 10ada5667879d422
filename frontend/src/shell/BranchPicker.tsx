import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronsUpDown, MapPin } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { User } from "@/api/session";
import { deferred } from "@/app/deferred";
import { preferences } from "@/app/preferences";
import { buttonClass } from "@/design/Button";
import { useBranch, useBranches } from "./branches";

const BranchItems = deferred(async () => (await import("./BranchItems")).BranchItems);

/** The name of the branch, and the choice of another one for those who work in several. */
export function BranchPicker({ user }: { user: User }) {
  const navigate = useNavigate();
  const { branches } = useBranches();
  const branch = useBranch();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { branch: inAddress } = useSearch({ strict: false });
  const wanted = useRef<string>(undefined);
  // Not before it is shown: who has typed something may stay.
  useEffect(() => {
    if (inAddress !== undefined && inAddress === wanted.current) preferences.setBranch(inAddress);
  }, [inAddress]);
  if (branch === undefined || user.roles.length === 0) return <span className="w-40" />;
  const choose = (id: string) => {
    wanted.current = id;
    void navigate({ to: ".", search: (before) => ({ ...before, branch: id }) });
  };
  if (branches.length === 1) {
    return (
      <span className="flex min-w-0 items-center gap-2 px-3 font-medium max-sm:px-1">
        <MapPin aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="truncate">{branch.name}</span>
      </span>
    );
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        className={`${buttonClass("quiet")} min-w-0 max-w-64 shrink! max-sm:px-1`}
        onClick={() => setOpen(true)}
      >
        <MapPin aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="truncate">{branch.name}</span>
        <ChevronsUpDown aria-hidden size={14} className="shrink-0 text-muted" />
      </button>
      {isOpen && (
        <BranchItems
          branches={branches}
          chosen={branch.id}
          anchor={button}
          onChoose={choose}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

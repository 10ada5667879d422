import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, MapPin } from "lucide-react";
import { useRef, useState } from "react";
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
  if (branch === undefined || user.roles.length === 0) return <span className="w-40" />;
  const choose = (id: string) => {
    preferences.setBranch(id);
    void navigate({ to: ".", search: (before) => ({ ...before, branch: id }) });
  };
  if (branches.length === 1) {
    return (
      <span className="flex items-center gap-2 px-3 font-medium">
        <MapPin aria-hidden size={16} className="text-muted" />
        {branch.name}
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
        className={`${buttonClass("quiet")} max-w-64`}
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
